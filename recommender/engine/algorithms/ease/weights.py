"""Item-item weights: how much a rating of one movie adds to the score of another."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from native.sparse_rows import entries, weighted_sum
from recommender.engine.data.array_shapes import ArrayShape, sparse
from recommender.engine.data.types import Arrays, Float32, Float64, Int8, Int32, Int64

N_ALIKE = 20
"""The movies that a rated movie speaks for most are alike: a dislike of it never speaks for them."""
AVERAGE_INPUT, INPUT_PER_STAR, LOWEST_INPUT = 0.8, 0.6, -0.4
HIGHEST_MIDDLE, MIDDLE_DAMPING = 3.5, 4.0


@dataclass(frozen=True, eq=False)
class ItemWeights:
    """The matrix ``B`` of an item-item model, and how a user's ratings become its input.

    ``score_i = popularity_i / (1 + n) + sum_j x_ji · B_ji`` over the user's ``n`` ratings, with
    ``x_j = max(0.8 + 0.6 · (r_j − mu − bias), −0.4)``: what a user watched says something even if they did not like it.
    Not so for the movies most like a disliked one, those with ``B_ji ≥ alike_from_j``: for them ``x_ji`` is
    ``max(min(x_j, 0.6 · (r_j − middle)), −0.4)``, below zero for every rating below the user's middle.

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
        Per star, of the raters that the weights were learned from.
    bias_damping : float
        Pulls the user's bias towards zero, like so many average ratings.
    alike_from : (n_movies,) float32, optional
        The 20th largest weight of every row. Models from before there was any rank as they did: with
        ``x_j = 1 + rating_weight · (r_j − mu − bias)`` for all movies.
    """

    array_shapes: ClassVar[tuple[ArrayShape, ...]] = (
        *sparse("ease", "movies", "movies"),
        ArrayShape("ease_popularity", ("float32",), ("movies",)),
        ArrayShape("ease_means", ("float32",), ("movies",)),
        ArrayShape("ease_scalars", ("float64",), (3,)),
        ArrayShape("ease_alike_from", ("float32",), ("movies",), optional=True),
    )

    weights: csr_array
    popularity: Float32
    means: Float32
    global_mean: float
    rating_weight: float
    bias_damping: float
    alike_from: Float32 | None = None

    def inputs(self, movie_indices: Int32, half_stars: Int8) -> Float64:
        """Return ``x_j`` of a user's ratings, (n_ratings,) float64."""
        stars = half_stars / 2.0
        total = float((stars - self.means[movie_indices]).sum())
        bias = total / max(movie_indices.size + self.bias_damping, 1.0)
        deviations = stars - self.global_mean - bias
        if self.alike_from is None:
            return np.asarray(1.0 + self.rating_weight * deviations)
        return np.maximum(AVERAGE_INPUT + INPUT_PER_STAR * deviations, LOWEST_INPUT)

    def dislikes(self, half_stars: Int8, inputs: Float64) -> tuple[Int64, Float64]:
        """Return the positions of the ratings below the user's middle, and their inputs for movies alike.

        The middle is the user's mean or, with few ratings, between it and 3.5 stars; at most 3.5.
        """
        if self.alike_from is None or not half_stars.size:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        stars = half_stars / 2.0
        damped = (stars.sum() + MIDDLE_DAMPING * HIGHEST_MIDDLE) / (stars.size + MIDDLE_DAMPING)
        middle = min(max(float(stars.mean()), float(damped)), HIGHEST_MIDDLE)
        below = np.flatnonzero(stars < middle)
        lowered = np.minimum(inputs[below], INPUT_PER_STAR * (stars[below] - middle))
        return below, np.maximum(lowered, LOWEST_INPUT)

    def scores(self, movie_indices: Int32, half_stars: Int8) -> Float32:
        """Return the score of every movie for a user with these ratings, (n_movies,) float32."""
        inputs = self.inputs(movie_indices, half_stars)
        prior = self.popularity / np.float32(1 + movie_indices.size)
        matrix = self.weights
        added = weighted_sum(
            matrix.indptr, matrix.indices, matrix.data, movie_indices, inputs.astype(np.float32), prior.size
        )
        for position, lowered in zip(*self.dislikes(half_stars, inputs), strict=True):
            rated = movie_indices[position]
            row = slice(matrix.indptr[rated], matrix.indptr[rated + 1])
            alike = np.flatnonzero(matrix.data[row] >= self.alike_from[rated])  # type: ignore[index]
            added[matrix.indices[row][alike]] += np.float32(lowered - inputs[position]) * matrix.data[row][alike]
        return np.asarray(prior + added)

    def contributions(self, scored: Int32, movie_indices: Int32, half_stars: Int8) -> Float64:
        """Return ``x_ji · B_ji`` of each rating for some movies; with the faded popularity they sum to their scores.

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
        inputs = self.inputs(movie_indices, half_stars)
        each = np.broadcast_to(inputs, weights.shape).copy()
        below, lowered = self.dislikes(half_stars, inputs)
        if below.size:
            alike = weights[:, below] >= self.alike_from[movie_indices[below]]  # type: ignore[index]
            each[:, below] = np.where(alike, lowered, each[:, below])
        return np.asarray(weights * each)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as named arrays."""
        arrays: dict[str, NDArray[Any]] = {
            "ease_data": np.asarray(self.weights.data),
            "ease_indices": np.asarray(self.weights.indices),
            "ease_indptr": np.asarray(self.weights.indptr),
            "ease_popularity": self.popularity,
            "ease_means": self.means,
            "ease_scalars": np.array([self.global_mean, self.rating_weight, self.bias_damping]),
        }
        return arrays if self.alike_from is None else arrays | {"ease_alike_from": self.alike_from}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Rebuild from `to_arrays`."""
        n_movies = arrays["ease_popularity"].size
        parts = arrays["ease_data"], arrays["ease_indices"], arrays["ease_indptr"]
        weights = csr_array(parts, shape=(n_movies, n_movies))
        mean, rating_weight, damping = (float(value) for value in arrays["ease_scalars"])
        means, alike_from = arrays["ease_means"], arrays.get("ease_alike_from")
        return cls(weights, arrays["ease_popularity"], means, mean, rating_weight, damping, alike_from)


def alike_from(weights: csr_array) -> Float32:
    """Return the 20th largest weight of every row, (n_movies,) float32; never 0 or below, so only a like is alike."""
    smallest = np.full(weights.shape[0], np.finfo(np.float32).tiny, dtype=np.float32)
    for movie in np.flatnonzero(np.diff(weights.indptr) > N_ALIKE):
        row = weights.data[weights.indptr[movie] : weights.indptr[movie + 1]]
        smallest[movie] = max(np.partition(row, row.size - N_ALIKE)[row.size - N_ALIKE], smallest[movie])
    return smallest
