"""Protocols that hold out some ratings of raters whom the model knows: stratified, folds, leave one out, temporal."""

from collections.abc import Iterator

import numpy as np

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool, Float64
from recommender.engine.evaluation.protocols.protocol import Round
from recommender.engine.evaluation.splits import CannotEvaluate, Split, split_ratings

N_FOLDS = 5
STRATIFIED_SHARE = 0.75
NOTHING_HELD_OUT = "There is nothing to hold out: no rater has a second rating."


def stratified(ratings: RatingMatrix, movies: MovieFeatures, seed: int) -> Iterator[Round]:
    """Hold out a quarter of each movie's ratings at random, and of a movie with one rating this one.

    The ratings of a movie are put in random order; the ``floor(0.75 · n)`` first ones are for training. So does
    `python_stratified_split` of Microsoft's Recommenders with ``ratio=0.75, filter_by="item"`` (a rating in place
    j of n is for training if ``j / n ≤ 0.75``), which its benchmark on MovieLens uses.
    """
    shuffled = np.random.default_rng(seed).random(ratings.n_ratings)
    order = np.lexsort((shuffled, ratings.movie_indices))
    counts = ratings.movie_counts()
    place = np.arange(ratings.n_ratings) - ratings.movie_indptr[ratings.movie_indices[order]]
    held_out = np.zeros(ratings.n_ratings, dtype=np.bool_)
    held_out[order] = (place + 1) / counts[ratings.movie_indices[order]] > STRATIFIED_SHARE
    yield {"": hold_out(ratings, movies, held_out)}


def folds(ratings: RatingMatrix, movies: MovieFeatures, seed: int) -> Iterator[Round]:
    """Put all ratings into five folds of the same size at random, and hold out each in turn."""
    fold = np.random.default_rng(seed).permutation(ratings.n_ratings) % N_FOLDS
    for number in range(N_FOLDS):
        yield {"": hold_out(ratings, movies, fold == number)}


def last_of_each_rater(ratings: RatingMatrix, movies: MovieFeatures, seed: int) -> Iterator[Round]:
    """Hold out the last rating of everyone with at least two; of the same second, any."""
    if ratings.rated_at is None:
        raise CannotEvaluate("To leave out the last rating needs the time of each rating, and these ratings have none.")
    yield {"": _one_of_each_rater(ratings, movies, ratings.rated_at.astype(np.float64), seed)}


def any_of_each_rater(ratings: RatingMatrix, movies: MovieFeatures, seed: int) -> Iterator[Round]:
    """Hold out a random rating of everyone with at least two."""
    yield {"": _one_of_each_rater(ratings, movies, np.zeros(ratings.n_ratings), seed)}


def temporal(ratings: RatingMatrix, movies: MovieFeatures, seed: int) -> Iterator[Round]:
    """Hold out the last fifth of each rater's ratings, as an evaluation with temporal splits does."""
    yield {"": split_ratings(ratings, movies, kind="temporal", seed=seed)}


def hold_out(ratings: RatingMatrix, movies: MovieFeatures, held_out: Bool) -> Split:
    """Split ratings as publications do.

    A movie left without a training rating stays in the test part: it may be relevant, but is on nobody's list. A tag
    that a rater gave to a movie held out for that rater is not seen in training.
    """
    if not held_out.any() or held_out.all():
        raise CannotEvaluate(NOTHING_HELD_OUT)
    raters = ratings.rater_ids[ratings.row_of_each_rating()[held_out]]
    unseen = movies.without(raters, ratings.movie_indices[held_out])
    return Split(ratings.take(~held_out), ratings.take(held_out), unseen)


def _one_of_each_rater(ratings: RatingMatrix, movies: MovieFeatures, rank: Float64, seed: int) -> Split:
    rows = ratings.row_of_each_rating()
    order = np.lexsort((np.random.default_rng(seed).random(rows.size), rank, rows))
    held_out = np.zeros(rows.size, dtype=np.bool_)
    several = ratings.rater_counts() > 1
    held_out[order[ratings.rater_indptr[1:][several] - 1]] = True
    return hold_out(ratings, movies, held_out)
