"""Item-item weights: how much a rating of one movie adds to the score of another."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from native.sparse_rows import entries, weighted_sum
from recommender.engine.data.array_shapes import ArrayShape, sparse
from recommender.engine.data.types import Arrays, Float32, Float64, Int8, Int32, Int64
from recommender.engine.model.opinions import middle_of

PRIOR_RATINGS = 3
"""After so many ratings popularity counts half."""
N_ALIKE = 8
"""The movies that a rated movie speaks for most are alike: a dislike of it never speaks for them."""
MIDDLE_DAMPING = 4.0


@dataclass(frozen=True, eq=False)
class ItemWeights:
    """The matrix ``B`` of an item-item model, and how a user's ratings become its input.

    ``score_i = popularity_i · 3 / (3 + n) + sum_j x_ji · B_ji`` over the user's ``n`` ratings, with
    ``x_j = 1 + rating_weight · (r_j − mu − bias)``: what a user watched says something even if they did not like it.
    Not so for the movies most like a disliked one, the 8 with the largest ``B_ji``: where ``r_j`` is below the user's
    middle, ``x_ji`` is ``min(x_j, 0)`` for them.

    Attributes
    ----------
    weights : (n_movies, n_movies) csr_array of float32
        Row ``j`` is the rated movie, column ``i`` the scored one; nothing, or zeros, on the diagonal.
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
    alike : (n_movies, n_movies) csr_array of float32, optional
        The 8 largest weights of every row, of those above 0. Models fitted before there was any rank as they did: with
        ``x_j`` for all movies, and popularity times ``1 / (1 + n)``.
    """

    array_shapes: ClassVar[tuple[ArrayShape, ...]] = (
        *sparse("ease", "movies", "movies"),
        ArrayShape("ease_popularity", ("float32",), ("movies",)),
        ArrayShape("ease_means", ("float32",), ("movies",)),
        ArrayShape("ease_scalars", ("float64",), (3,)),
        *(replace(shape, optional=True) for shape in sparse("ease_alike", "movies", "movies")),
    )

    weights: csr_array
    popularity: Float32
    means: Float32
    global_mean: float
    rating_weight: float
    bias_damping: float
    alike: csr_array | None = None

    def inputs(self, movie_indices: Int32, half_stars: Int8) -> Float64:
        """Return ``x_j`` of a user's ratings, (n_ratings,) float64."""
        stars = half_stars / 2.0
        total = float((stars - self.means[movie_indices]).sum())
        bias = total / max(movie_indices.size + self.bias_damping, 1.0)
        return np.asarray(1.0 + self.rating_weight * (stars - self.global_mean - bias))

    def prior(self, n_ratings: int) -> Float32:
        """Return the scores that do not depend on what a user with so many ratings has rated, (n_movies,) float32."""
        fades_with = 1 if self.alike is None else PRIOR_RATINGS
        return np.asarray(self.popularity * np.float32(fades_with / (fades_with + n_ratings)))

    def dislikes(self, half_stars: Int8, inputs: Float64) -> tuple[Int64, Float64]:
        """Return the positions of the ratings below the user's middle, and their inputs for movies alike.

        The middle is that of `middle_of`, damped by four ratings.
        """
        if self.alike is None or not half_stars.size:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        below = np.flatnonzero(half_stars / 2.0 < middle_of(half_stars, damping=MIDDLE_DAMPING))
        return below, np.minimum(inputs[below], 0.0)

    def scores(self, movie_indices: Int32, half_stars: Int8) -> Float32:
        """Return the score of every movie for a user with these ratings, (n_movies,) float32."""
        inputs = self.inputs(movie_indices, half_stars)
        prior = self.prior(movie_indices.size)
        matrix = self.weights
        added = weighted_sum(
            matrix.indptr, matrix.indices, matrix.data, movie_indices, inputs.astype(np.float32), prior.size
        )
        below, lowered = self.dislikes(half_stars, inputs)
        if self.alike is not None and below.size:
            alike, change = self.alike, (lowered - inputs[below]).astype(np.float32)
            added += weighted_sum(alike.indptr, alike.indices, alike.data, movie_indices[below], change, prior.size)
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
        added = weights * inputs
        below, lowered = self.dislikes(half_stars, inputs)
        if self.alike is not None and below.size:
            alike = self.alike
            weights_of_alike = np.empty((scored.size, below.size))
            found = entries(alike.indptr, alike.indices, alike.data, movie_indices[below], scored[order])
            weights_of_alike[order] = found.T
            added[:, below] += weights_of_alike * (lowered - inputs[below])
        return np.asarray(added)

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
        if self.alike is not None:
            arrays |= {f"ease_alike_{part}": getattr(self.alike, part) for part in ("data", "indices", "indptr")}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Rebuild from `to_arrays`."""
        n_movies = arrays["ease_popularity"].size
        parts = arrays["ease_data"], arrays["ease_indices"], arrays["ease_indptr"]
        weights = csr_array(parts, shape=(n_movies, n_movies))
        mean, rating_weight, damping = (float(value) for value in arrays["ease_scalars"])
        names = [f"ease_alike_{part}" for part in ("data", "indices", "indptr")]
        alike = None
        if present := [name for name in names if name in arrays]:
            if present != names:
                raise ValueError(f"of {', '.join(names)} there is only {', '.join(present)}")
            alike = csr_array(tuple(arrays[name] for name in names), shape=(n_movies, n_movies))
        means = arrays["ease_means"]
        return cls(weights, arrays["ease_popularity"], means, mean, rating_weight, damping, alike)


def largest_of_rows(weights: csr_array) -> csr_array:
    """Return the 8 largest weights of every row, of those above 0, (n_movies, n_movies)."""
    kept, counts = [], np.zeros_like(weights.indptr)
    for row, (start, stop) in enumerate(pairwise(weights.indptr.tolist())):
        of_row = weights.data[start:stop]
        largest = np.argpartition(of_row, -N_ALIKE)[-N_ALIKE:] if of_row.size > N_ALIKE else np.arange(of_row.size)
        largest = np.sort(largest[of_row[largest] > 0])
        kept.append(start + largest)
        counts[row + 1] = largest.size
    stored = np.concatenate([np.zeros(0, dtype=np.int64), *kept])
    indptr = np.cumsum(counts, dtype=weights.indptr.dtype)
    return csr_array((weights.data[stored], weights.indices[stored], indptr), shape=weights.shape)
