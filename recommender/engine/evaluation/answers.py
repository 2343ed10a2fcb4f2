"""What a fitted model predicts for held-out ratings, and the lists it recommends."""

from dataclasses import dataclass

import numpy as np

from native.normal_equations import solve_rows
from native.top_n import top_n
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float32, Int8, Int32, Int64
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
        Movies with a training rating, those the rater has rated left out; padded with -1.
    """
    known, asked = RatingRows.of(split.train, raters), RatingRows.of(split.test, raters)
    never_rated = np.flatnonzero(split.train.movie_counts() == 0).astype(np.int32)
    predicted = np.zeros(asked.movie_indices.size, dtype=np.float32)
    lists = np.full((raters.size, list_length), -1, dtype=np.int32)
    for start in range(0, raters.size, RATERS_PER_BLOCK):
        on_progress(start / raters.size)
        block = slice(start, min(start + RATERS_PER_BLOCK, raters.size))
        if type(model) is LinearModel and isinstance(model.item_features.factors, np.ndarray):
            _answer_block(model.item_features, known, asked, never_rated, block, predicted, lists, n_threads)
        else:
            _answer_one_by_one(model, known, asked, never_rated, block, predicted, lists)
    on_progress(1.0)
    return predicted, lists


def _answer_one_by_one(
    model: Model,
    known: RatingRows,
    asked: RatingRows,
    never_rated: Int32,
    block: slice,
    predicted: Float32,
    lists: Int32,
) -> None:
    for number in range(block.start, block.stop):
        mine, held_out = known.row(number), asked.row(number)
        profile = model.fold_in(known.movie_indices[mine], known.half_stars[mine])
        predicted[held_out] = model.predict(profile, asked.movie_indices[held_out])
        best = model.recommend(profile, n=lists.shape[1], exclude=never_rated)
        lists[number, : best.size] = best


def _answer_block(
    features: ItemFeatures,
    known: RatingRows,
    asked: RatingRows,
    never_rated: Int32,
    block: slice,
    predicted: Float32,
    lists: Int32,
    n_threads: int,
) -> None:
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
    scores[:, never_rated] = -np.inf
    best = top_n(scores, lists.shape[1], indptr, movies, n_threads=n_threads)
    lists[block, : best.shape[1]] = best
