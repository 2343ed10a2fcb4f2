"""Who watches what, by factors: implicit-feedback ALS, whose fold-in is the same ridge fit as everywhere else."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from native.normal_equations import solve_rows
from recommender.engine.algorithms.ease.rows import year_rows
from recommender.engine.data.array_shapes import ArrayShape
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RATINGS_PER_BLOCK, RatingMatrix, row_blocks
from recommender.engine.data.types import Arrays, Float32, Float64, Int8, Int32
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.opinions import is_disliked
from recommender.engine.model.training import TrainingOptions

UNOBSERVED_WEIGHT = 0.1
"""How much each movie that a rater has not rated counts, against 1 for one that they have."""
RIDGE_PER_RATING = 0.01
N_EPOCHS = 8
START_SD = 0.1
NEAR_IN_TIME = 0.5
"""A movie belongs to the years in which its bump is at least so high: about two on either side."""


@dataclass(frozen=True, eq=False)
class WatchedFactors:
    """Factors of movies that predict who rates what, 1 for a rated movie and 0 for another one.

    A user's weights minimise ``Σ_rated (x_j − v_j·w)² + α·Σ_all (v_i·w)² + λ·(n + α·n_movies)·|w|²``, where ``x_j`` is
    0 for a movie they dislike and 1 otherwise (Hu, Koren and Volinsky 2008; the ridge as in Rendle et al. 2022,
    "Revisiting the Performance of iALS on Item Recommendation Benchmarks", with ν = 1). The factors are kept in the
    basis in which ``Σ v vᵀ`` is diagonal, so the fit has a diagonal ridge.

    Attributes
    ----------
    factors : (n_movies, n_factors) float32
    precision : (n_factors,) float32
        The part of the ridge that does not depend on the user.
    """

    array_shapes: ClassVar[tuple[ArrayShape, ...]] = (
        ArrayShape("watched_factors", ("float32",), ("movies", "watched factors"), optional=True),
        ArrayShape("watched_precision", ("float32",), ("watched factors",), optional=True),
    )

    factors: Float32
    precision: Float32

    def fold_in(self, movie_indices: Int32, half_stars: Int8) -> UserProfile:
        """Fit one user to what they rated; a dislike counts as a movie they would not watch."""
        precision = np.ones(self.precision.size + 1)  # the first one keeps the bias, which there is not, at 0
        precision[1:] = self.precision + RIDGE_PER_RATING * movie_indices.size
        targets = np.where(is_disliked(half_stars), 0.0, 1.0)
        design = self._design(movie_indices)
        return UserProfile.fit(design, targets, precision, movie_indices=movie_indices, half_stars=half_stars)

    def scores(self, profile: UserProfile) -> Float32:
        """Return how likely the user is to watch each movie, 0 to about 1, (n_movies,) float32."""
        return np.asarray(self.factors @ profile.weights)

    def contributions(self, profile: UserProfile, movie_indices: Int32) -> Float64:
        """Return what each of the user's ratings adds to some scores, (n, n_ratings) float64; they sum to them."""
        return profile.contributions(self._design(movie_indices))

    def _design(self, movie_indices: Int32) -> Float64:
        design = np.zeros((movie_indices.size, self.precision.size + 1))
        design[:, 1:] = self.factors[movie_indices]
        return design

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as named arrays."""
        return {"watched_factors": self.factors, "watched_precision": self.precision}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self | None:
        """Rebuild from `to_arrays`; None for a model that was fitted before there were such factors."""
        names = [shape.name for shape in cls.array_shapes]
        if not (present := [name for name in names if name in arrays]):
            return None
        if present != names:
            raise ValueError(f"of {' and '.join(names)} there is only {present[0]}")
        return cls(arrays["watched_factors"], arrays["watched_precision"])


def fit_watched(
    ratings: RatingMatrix, movies: MovieFeatures, n_factors: int, options: TrainingOptions
) -> WatchedFactors:
    """Factorise who rated what, by alternating least squares.

    Genres and years are further rows, as if somebody had watched all their movies: they place movies that few people
    have rated.

    Parameters
    ----------
    ratings : RatingMatrix
    movies : MovieFeatures
    n_factors : int
    options : TrainingOptions
    """
    rows = _rows(ratings, movies)
    by_movie = csr_array(rows.T)
    rng = np.random.default_rng(options.seed)
    scale = np.float32(START_SD / np.sqrt(n_factors))
    of_movies = rng.standard_normal((ratings.n_movies, n_factors), dtype=np.float32) * scale
    of_movies[np.diff(by_movie.indptr) == 0] = 0
    of_rows = np.zeros((rows.shape[0], n_factors), dtype=np.float32)
    for epoch in range(N_EPOCHS):
        part = options.for_part(epoch / N_EPOCHS, (epoch + 1) / N_EPOCHS)
        _half_step(rows, *diagonal(of_movies), of_rows, part.for_part(0.0, 0.5))
        _half_step(by_movie, *diagonal(of_rows), of_movies, part.for_part(0.5, 1.0))
    return WatchedFactors(*diagonal(of_movies))


def diagonal(factors: Float32) -> tuple[Float32, Float32]:
    """Return factors in the basis in which their Gram matrix is diagonal, and the ridge of a fit to them.

    Parameters
    ----------
    factors : (n, n_factors) float32

    Returns
    -------
    factors : (n, n_factors) float32
    precision : (n_factors,) float32
        ``α·(eigenvalue + λ·n)``: the weight of everything unobserved.
    """
    wide = factors.astype(np.float64)
    eigenvalues, basis = np.linalg.eigh(wide.T @ wide)
    precision = UNOBSERVED_WEIGHT * (np.maximum(eigenvalues, 0) + RIDGE_PER_RATING * factors.shape[0])
    return np.ascontiguousarray(wide @ basis, dtype=np.float32), precision.astype(np.float32)


def _rows(ratings: RatingMatrix, movies: MovieFeatures) -> csr_array:
    """Return who rated what, and which movies are of a genre and of about a year, (n_rows, n_movies); all values are 1.

    Movies without a rating are left out: nothing says that they would be watched.
    """
    shape = (ratings.n_raters, ratings.n_movies)
    rated = csr_array(
        (np.ones(ratings.n_ratings, np.float32), ratings.movie_indices, ratings.rater_indptr), shape=shape
    )
    years = year_rows(movies)
    years.data[years.data < NEAR_IN_TIME] = 0
    content = csr_array(vstack([movies.genres.T, years], format="csr", dtype=np.float32))
    content.data[ratings.movie_counts()[content.indices] == 0] = 0
    content.eliminate_zeros()
    content.data[:] = 1
    rows = csr_array(vstack([rated, content], format="csr", dtype=np.float32))
    rows.sort_indices()
    return rows


def _half_step(rows: csr_array, factors: Float32, precision: Float32, out: Float32, options: TrainingOptions) -> None:
    """Fit `out`, (n_rows, n_factors), to the factors of the columns."""
    indptr, columns = rows.indptr.astype(np.int64), rows.indices.astype(np.int32)
    zeros, no_bias = np.zeros(factors.shape[0], dtype=np.float32), np.zeros(rows.shape[0], dtype=np.float32)
    for first, last in row_blocks(indptr, RATINGS_PER_BLOCK):
        solve_rows(
            indptr, columns, rows.data, factors, zeros, precision, RIDGE_PER_RATING, out, no_bias,
            fit_bias=False, first_row=first, last_row=last, n_threads=options.n_threads,
        )  # fmt: skip
        options.on_progress(last / rows.shape[0])
