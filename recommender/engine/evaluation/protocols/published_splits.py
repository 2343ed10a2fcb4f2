"""Protocols on splits published as files: pairs of train and test, folds, or train, valid and test."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool
from recommender.engine.evaluation.protocols.held_out_ratings import NOTHING_HELD_OUT
from recommender.engine.evaluation.protocols.protocol import Round
from recommender.engine.evaluation.splits import CannotEvaluate, Split


@dataclass(frozen=True, slots=True, eq=False)
class PublishedSplit:
    """Which ratings are for training and for testing, and those that are for neither but not listed (validation).

    Attributes
    ----------
    train, test : (n_ratings,) bool
        In the order of the ratings.
    valid : (n_ratings,) bool, optional
    """

    train: Bool
    test: Bool
    valid: Bool | None = None


def published(
    splits: Sequence[PublishedSplit], ratings: RatingMatrix, movies: MovieFeatures, seed: int = 0
) -> Iterator[Round]:
    """Take each split as it is, whatever the seed.

    Nothing is learned from a validation part; its movies are left out of lists.
    """
    for each in splits:
        if not each.train.any() or not each.test.any():
            raise CannotEvaluate(NOTHING_HELD_OUT)
        hidden = ~each.train
        raters = ratings.rater_ids[ratings.row_of_each_rating()[hidden]]
        yield {
            "": Split(
                ratings.take(each.train),
                ratings.take(each.test),
                movies.without(raters, ratings.movie_indices[hidden]),
                not_listed=None if each.valid is None else ratings.take(np.asarray(each.valid & ~each.train)),
            )
        }
