"""What raters' tastes add to their ratings: a ridge fit of every rater, in bulk."""

import numpy as np

from native.normal_equations import solve_rows
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float32
from recommender.engine.progress import OnProgress

RATINGS_PER_BLOCK = 200_000


def weighted_design(factors: Float32, noise: Float32) -> Float32:
    """Return ``(1, factors)`` of every movie over the standard deviation of its noise, (n_movies, 1 + n_factors).

    Least squares on these rows weighs each rating by ``1 / noise`` of its movie.
    """
    design = np.empty((factors.shape[0], factors.shape[1] + 1), dtype=np.float32)
    design[:, 0] = 1
    design[:, 1:] = factors
    design /= np.sqrt(noise)[:, None]
    return design


def tastes(
    ratings: RatingMatrix,
    offsets: Float32,
    factors: Float32,
    noise: Float32,
    bias_precision: float,
    *,
    n_threads: int,
    on_progress: OnProgress,
) -> Float32:
    """Fold every rater in and return what their weights, without their bias, say about their own ratings.

    Parameters
    ----------
    ratings : RatingMatrix
    offsets, noise : (n_movies,) float32
        In stars, and in stars squared.
    factors : (n_movies, n_factors) float32
        With unit prior precision.
    bias_precision : float
    n_threads : int
    on_progress : callable
        Called with the share done between blocks; it may raise to cancel.

    Returns
    -------
    (n_ratings,) float32
        In stars, in rater order.
    """
    design = weighted_design(factors, noise)
    residuals = ratings.half_stars / np.float32(2) - offsets[ratings.movie_indices]
    values = (residuals / np.sqrt(noise)[ratings.movie_indices]).astype(np.float32)
    precision = np.ones(design.shape[1], dtype=np.float32)
    precision[0] = bias_precision
    taste = np.empty_like(values)
    zeros = np.zeros(ratings.n_movies, dtype=np.float32)
    first = 0
    while first < ratings.n_raters:
        limit = ratings.rater_indptr[first] + RATINGS_PER_BLOCK
        last = max(int(np.searchsorted(ratings.rater_indptr, limit, side="right")) - 1, first + 1)
        stored = slice(int(ratings.rater_indptr[first]), int(ratings.rater_indptr[last]))
        indptr = ratings.rater_indptr[first : last + 1] - stored.start
        movies = ratings.movie_indices[stored]
        weights = np.zeros((last - first, design.shape[1]), dtype=np.float32)
        no_bias = np.zeros(last - first, dtype=np.float32)
        solve_rows(
            indptr, movies, values[stored], design, zeros, precision, 0.0, weights, no_bias,
            fit_bias=False, n_threads=n_threads,
        )  # fmt: skip
        for rater in range(last - first):
            mine = slice(int(indptr[rater]), int(indptr[rater + 1]))
            taste[stored][mine] = factors[movies[mine]] @ weights[rater, 1:]
        on_progress(last / ratings.n_raters)
        first = last
    return taste
