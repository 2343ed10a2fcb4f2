"""Hold-out splits: which ratings an algorithm may learn from, and which it is asked about."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Int32, Int64

SplitKind = Literal["random", "temporal"]
SPLIT_KINDS: tuple[SplitKind, ...] = get_args(SplitKind)
TEST_SHARE = 0.2
N_SPLITS = 5
"""How many splits an evaluation uses by default."""
NOTHING_TO_HOLD_OUT = "There is nothing to hold out: no rater has 3 ratings of movies that others rated too."
MAX_RATERS = 5_000
"""A random sample of so many raters gives narrow intervals, in minutes on the full MovieLens."""


class CannotEvaluate(ValueError):
    """The ratings do not allow the evaluation asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Training ratings, what is known about the movies without the held-out part, and held-out ratings.

    Attributes
    ----------
    train, test : RatingMatrix
        Rows and columns are those of the ratings they were split from.
    movies : MovieFeatures
    folded_in : RatingMatrix, optional
        Ratings by which the raters of `test` are folded in, in the same rows, where the model has never seen these
        raters; `train` then has rows of its own.
    not_listed : RatingMatrix, optional
        Further ratings, in the rows of `test`, whose movies are left out of their rater's list.
    """

    train: RatingMatrix
    test: RatingMatrix
    movies: MovieFeatures
    folded_in: RatingMatrix | None = None
    not_listed: RatingMatrix | None = None

    @property
    def known(self) -> RatingMatrix:
        """What is known of the raters that are asked about, in the rows of `test`."""
        return self.train if self.folded_in is None else self.folded_in


def split_ratings(
    ratings: RatingMatrix,
    movies: MovieFeatures,
    *,
    kind: SplitKind = "random",
    seed: int = 0,
    test_share: float = TEST_SHARE,
) -> Split:
    """Hold out a share of each rater's ratings, a fifth unless another is given.

    Held-out ratings of movies left without a training rating belong to neither part, and a tag that a rater gave
    to a movie held out for that rater is not seen in training.

    Parameters
    ----------
    ratings : RatingMatrix
    movies : MovieFeatures
    kind : {"random", "temporal"}
        At random, or the last ones of each rater (ratings of the same second in random order).
    seed : int
    test_share : float
        Of each rater's ratings, rounded to whole ratings.

    Raises
    ------
    CannotEvaluate
        If `kind` is unknown, or a temporal split is asked of ratings without times.
    """
    if kind not in SPLIT_KINDS:
        raise CannotEvaluate(f"Unknown split {kind!r}: choose one of {', '.join(SPLIT_KINDS)}.")
    rows = ratings.row_of_each_rating()
    order = _order_within_raters(ratings, rows, kind, seed)
    position = np.arange(rows.size) - ratings.rater_indptr[rows]
    held_out = np.zeros(rows.size, dtype=np.bool_)
    n_train = ratings.rater_counts() - np.rint(ratings.rater_counts() * test_share).astype(np.int64)
    held_out[order] = position >= n_train[rows]
    train = ratings.take(~held_out)
    known = train.movie_counts()[ratings.movie_indices] > 0
    unseen = movies.without(ratings.rater_ids[rows[held_out]], ratings.movie_indices[held_out])
    return Split(train, ratings.take(held_out & known), unseen)


def _order_within_raters(ratings: RatingMatrix, rows: Int32, kind: SplitKind, seed: int) -> Int64:
    """Return the ratings rater by rater, the ones to hold out last."""
    shuffled = np.random.default_rng(seed).random(rows.size)
    if kind == "random":
        return np.lexsort((shuffled, rows))
    if ratings.rated_at is None:
        raise CannotEvaluate("A temporal split needs the time of each rating, and these ratings have none.")
    return np.lexsort((shuffled, ratings.rated_at, rows))
