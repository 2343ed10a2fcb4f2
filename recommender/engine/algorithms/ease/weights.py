"""Item-item weights: how much a rating of one movie adds to the score of another."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from native.sparse_rows import entries, weighted_sum
from recommender.engine.data.array_shapes import ArrayShape, sparse
from recommender.engine.data.types import Arrays, Float32, Float64, Int8, Int32


@dataclass(frozen=True, eq=False)
class ItemWeights:
    """The matrix ``B`` of an item-item model, and how a user's ratings become its input.

    ``score_i = popularity_i / (1 + n) + sum_j x_j · B_ji`` with ``x_j = 1 + c · (r_j − mu − bias)`` over the user's
    ``n`` ratings.

    Attributes
    ----------
    weights : (n_movies, n_movies) csr_array of float32
        Row ``j`` is the rated movie, column ``i`` the scored one; the diagonal is empty.
    popularity : (n_movies,) float32
        The score before the first rating. It fades with every rating, because it would make lists less personal.
    means : (n_movies,) float32
        Damped movie means in stars, for the user's bias.
    global_mean : float
        In stars.
    rating_weight : float
        ``c``, per star.
    bias_damping : float
        Pulls the user's bias towards zero, like so many average ratings.
    """

    array_shapes: ClassVar[tuple[ArrayShape, ...]] = (
        *sparse("ease", "movies", "movies"),
        ArrayShape("ease_popularity", ("float32",), ("movies",)),
        ArrayShape("ease_means", ("float32",), ("movies",)),
        ArrayShape("ease_scalars", ("float64",), (3,)),
    )

    weights: csr_array
    popularity: Float32
    means: Float32
    global_mean: float
    rating_weight: float
    bias_damping: float

    def inputs(self, movie_indices: Int32, half_stars: Int8) -> Float64:
        """Return ``x`` of a user's ratings, (n_ratings,) float64."""
        stars = half_stars / 2.0
        total = float((stars - self.means[movie_indices]).sum())
        bias = total / max(movie_indices.size + self.bias_damping, 1.0)
        return np.asarray(1.0 + self.rating_weight * (stars - self.global_mean - bias))

    def scores(self, movie_indices: Int32, half_stars: Int8) -> Float32:
        """Return the score of every movie for a user with these ratings, (n_movies,) float32."""
        inputs = self.inputs(movie_indices, half_stars).astype(np.float32)
        prior = self.popularity / np.float32(1 + movie_indices.size)
        matrix = self.weights
        return prior + weighted_sum(matrix.indptr, matrix.indices, matrix.data, movie_indices, inputs, prior.size)

    def contributions(self, scored: Int32, movie_indices: Int32, half_stars: Int8) -> Float64:
        """Return ``x_j · B_ji`` of each rating for some movies; with the faded popularity they sum to their scores.

        Parameters
        ----------
        scored : (n,) int32
            The movies to explain.
        movie_indices, half_stars : (n_ratings,) int32, int8
            The user's ratings.

        Returns
        -------
        (n, n_ratings) float64
        """
        order = np.argsort(scored, kind="stable")
        matrix = self.weights
        weights = np.empty((scored.size, movie_indices.size))
        weights[order] = entries(matrix.indptr, matrix.indices, matrix.data, movie_indices, scored[order]).T
        return weights * self.inputs(movie_indices, half_stars)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as named arrays."""
        return {
            "ease_data": np.asarray(self.weights.data),
            "ease_indices": np.asarray(self.weights.indices),
            "ease_indptr": np.asarray(self.weights.indptr),
            "ease_popularity": self.popularity,
            "ease_means": self.means,
            "ease_scalars": np.array([self.global_mean, self.rating_weight, self.bias_damping]),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Rebuild from `to_arrays`."""
        n_movies = arrays["ease_popularity"].size
        parts = arrays["ease_data"], arrays["ease_indices"], arrays["ease_indptr"]
        weights = csr_array(parts, shape=(n_movies, n_movies))
        mean, rating_weight, damping = (float(value) for value in arrays["ease_scalars"])
        return cls(weights, arrays["ease_popularity"], arrays["ease_means"], mean, rating_weight, damping)
