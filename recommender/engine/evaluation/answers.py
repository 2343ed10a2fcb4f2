"""What a fitted model predicts for held-out ratings, the lists it recommends, and what its intervals hold."""

from dataclasses import dataclass

import numpy as np

from native.normal_equations import solve_rows
from native.top_n import top_n
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float32, Float64, Int8, Int32, Int64
from recommender.engine.evaluation.splits import Split
from recommender.engine.model.item_features import ItemFeatures
from recommender.engine.model.model import LinearModel, Model
from recommender.engine.progress import OnProgress

RATERS_PER_BLOCK = 128


@dataclass(frozen=True, slots=True, eq=False)
class RatingRows:
    """The ratings of some raters, one rater after the other."""

    indptr: Int64
    movie_indices: Int32
    half_stars: Int8

    @classmethod
    def of(cls, ratings: RatingMatrix, raters: Int32) -> "RatingRows":
        """Gather the rows of the given rater indices."""
        starts, lengths = ratings.rater_indptr[raters], ratings.rater_counts()[raters]
        indptr = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        positions = np.arange(indptr[-1]) + np.repeat(starts - indptr[:-1], lengths)
        return cls(indptr, ratings.movie_indices[positions], ratings.half_stars[positions])

    def row_of_each_rating(self) -> Int64:
        """Return the position among the raters of every rating, (n_ratings,) int64."""
        return np.repeat(np.arange(self.indptr.size - 1), np.diff(self.indptr))

    def row(self, number: int) -> slice:
        """Return where the ratings of one of the raters are."""
        return slice(int(self.indptr[number]), int(self.indptr[number + 1]))


def answers(
    model: Model, split: Split, raters: Int32, *, list_length: int, n_threads: int, on_progress: OnProgress
) -> tuple[Float32, Int32]:
    """Fold raters in by their training ratings, then ask about their held-out ones and for a list.

    A `LinearModel` with nothing overridden is asked for many raters at once by the kernels. That is the same
    arithmetic, except that a rater with a singular system gets weight 0 where the model gives the smallest norm.

    Returns
    -------
    predicted : (n_held_out,) float32
        Rater after rater.
    lists : (n_raters, list_length) int32
        Movies with a training rating, those the rater has rated (and those not to be listed) left out; padded
        with -1.
    """
    known, asked = RatingRows.of(split.known, raters), RatingRows.of(split.test, raters)
    seen = known if split.not_listed is None else _seen(known, RatingRows.of(split.not_listed, raters))
    never_rated = np.flatnonzero(split.train.movie_counts() == 0).astype(np.int32)
    predicted = np.zeros(asked.movie_indices.size, dtype=np.float32)
    lists = np.full((raters.size, list_length), -1, dtype=np.int32)
    for start in range(0, raters.size, RATERS_PER_BLOCK):
        on_progress(start / raters.size)
        block = slice(start, min(start + RATERS_PER_BLOCK, raters.size))
        if type(model) is LinearModel and isinstance(model.item_features.factors, np.ndarray):
            scores = _ask_all(model.item_features, known, asked, block, predicted, n_threads)
        else:
            scores = _ask_one_by_one(model, known, asked, block, predicted)
        scores[:, never_rated] = -np.inf
        first, last = seen.indptr[block.start], seen.indptr[block.stop]
        indptr, movies = seen.indptr[block.start : block.stop + 1] - first, seen.movie_indices[first:last]
        best = top_n(scores, list_length, indptr, movies, n_threads=n_threads)
        lists[block, : best.shape[1]] = best
    on_progress(1.0)
    return predicted, lists


def held_by_intervals(model: Model, split: Split, raters: Int32) -> tuple[Int64, Int64]:
    """Return how many held-out ratings of each rater lie in the model's 80 % intervals, out of how many.

    Returns
    -------
    held, n_asked : (n_raters,) int64
        Zeros for an algorithm that has no intervals.
    """
    known, asked = RatingRows.of(split.known, raters), RatingRows.of(split.test, raters)
    held, n_asked = np.zeros((2, raters.size), dtype=np.int64)
    for number in range(raters.size):
        mine, held_out = known.row(number), asked.row(number)
        profile = model.fold_in(known.movie_indices[mine], known.half_stars[mine])
        bounds = model.interval(profile, asked.movie_indices[held_out])
        if bounds is not None:
            stars = asked.half_stars[held_out] / 2.0
            held[number] = np.count_nonzero((bounds[0] <= stars) & (stars <= bounds[1]))
            n_asked[number] = stars.size
    return held, n_asked


def means_of(split: Split, raters: Int32) -> Float64:
    """Return the mean of each rater's known ratings, in stars; without any, that of all training ratings."""
    known = RatingRows.of(split.known, raters)
    sums = np.bincount(known.row_of_each_rating(), known.half_stars / 2.0, raters.size)
    counts = np.diff(known.indptr)
    overall = float(split.train.half_stars.mean()) / 2.0 if split.train.n_ratings else 0.0
    return np.where(counts > 0, sums / np.maximum(counts, 1), overall)


def held_out_stars(asked: RatingRows, lists: Int32, n_movies: int) -> Float64:
    """Return the held-out stars of each listed movie, NaN where there are none, (n_raters, n_listed) float64."""
    rated = asked.row_of_each_rating() * n_movies + asked.movie_indices
    wanted = np.arange(lists.shape[0])[:, None] * n_movies + lists
    place = np.minimum(np.searchsorted(rated, wanted), rated.size - 1)
    return np.where((rated[place] == wanted) & (lists >= 0), asked.half_stars[place] / 2.0, np.nan)


def _seen(known: RatingRows, not_listed: RatingRows) -> RatingRows:
    """Return the ratings whose movies are left out of the raters' lists."""
    parts = (known, not_listed)
    rows = np.concatenate([each.row_of_each_rating() for each in parts])
    movies = np.concatenate([each.movie_indices for each in parts])
    order = np.lexsort((movies, rows))
    stars = np.concatenate([each.half_stars for each in parts])
    return RatingRows(known.indptr + not_listed.indptr, movies[order], stars[order])


def _ask_one_by_one(model: Model, known: RatingRows, asked: RatingRows, block: slice, predicted: Float32) -> Float32:
    """Predict the held-out ratings of some raters; return their ranking scores, (n_raters, n_movies) float32."""
    scores = np.empty((block.stop - block.start, model.movie_ids.size), dtype=np.float32)
    for number in range(block.start, block.stop):
        mine, held_out = known.row(number), asked.row(number)
        profile = model.fold_in(known.movie_indices[mine], known.half_stars[mine])
        predicted[held_out] = model.predict(profile, asked.movie_indices[held_out])
        scores[number - block.start] = model.scores(profile)
    return scores


def _ask_all(
    features: ItemFeatures, known: RatingRows, asked: RatingRows, block: slice, predicted: Float32, n_threads: int
) -> Float32:
    """Do what `_ask_one_by_one` does, by the kernels."""
    n_raters = block.stop - block.start
    first, last = known.indptr[block.start], known.indptr[block.stop]
    indptr, movies = known.indptr[block.start : block.stop + 1] - first, known.movie_indices[first:last]
    weights = np.zeros((n_raters, features.n_factors), dtype=np.float32)
    biases = np.zeros(n_raters, dtype=np.float32)
    solve_rows(
        indptr,
        movies,
        known.half_stars[first:last],
        features.factors,
        features.offsets,
        features.prior_precision,
        features.prior_precision_per_rating,
        weights,
        biases,
        scale=0.5,
        bias_precision=features.bias_precision,
        n_threads=n_threads,
    )
    held_out = slice(asked.indptr[block.start], asked.indptr[block.stop])
    wanted = asked.movie_indices[held_out]
    rows = np.repeat(np.arange(n_raters), np.diff(asked.indptr[block.start : block.stop + 1]))
    products = np.einsum("ij,ij->i", features.factors[wanted], weights[rows])
    predicted[held_out] = features.offsets[wanted] + biases[rows] + products
    scores = features.offsets + biases[:, None] + weights @ features.factors.T
    if features.ranking_offsets is not None:
        scores += features.ranking_offsets
    return scores
