"""The state of an alternating least squares fit and its half-steps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from native.normal_equations import solve_rows
from recommender.engine.data.ratings import RATINGS_PER_BLOCK, RatingMatrix, row_blocks
from recommender.engine.data.types import Float32, Int64

FLOATS_PER_LINE = 16


@dataclass(eq=False)
class Factorisation:
    """``stars + shift ≈ offsets[movie] + biases[rater] + factors[movie] · weights[rater]``.

    Attributes
    ----------
    ratings : RatingMatrix
        Fitted by the raters' half-step.
    by_movie : RatingMatrix
        Fitted by the movies' half-step: `ratings`, or the eligible part of them.
    factors : (n_movies, n_factors) float32
    offsets : (n_movies,) float32
    weights : (n_raters, n_factors) float32
    biases : (n_raters,) float32
    ridge : (n_factors,) float32
    ridge_per_rating : float
    shift : float
        Added to the stars, such as minus their mean.
    rater_damping : float
    movie_damping : float or None
        None keeps the offsets fixed.
    """

    ratings: RatingMatrix
    by_movie: RatingMatrix
    factors: Float32
    offsets: Float32
    weights: Float32
    biases: Float32
    ridge: Float32
    ridge_per_rating: float = 0.0
    shift: float = 0.0
    rater_damping: float = 0.0
    movie_damping: float | None = None
    n_threads: int = 1

    @classmethod
    def at_zero(cls, ratings: RatingMatrix, n_factors: int, offsets: Float32) -> Self:
        """Start with nothing but movie offsets."""
        return cls(
            ratings=ratings,
            by_movie=ratings,
            factors=_padded_zeros(ratings.n_movies, n_factors),
            offsets=offsets,
            weights=_padded_zeros(ratings.n_raters, n_factors),
            biases=np.zeros(ratings.n_raters, dtype=np.float32),
            ridge=np.zeros(n_factors, dtype=np.float32),
        )

    def of_some_raters(self, n_ratings: int, rng: np.random.Generator) -> Self:
        """Return a factorisation of about `n_ratings` ratings of random raters that learns the same arrays."""
        chosen = rng.random(self.ratings.n_raters) < n_ratings / max(self.ratings.n_ratings, 1)
        sample = self.ratings.take(np.repeat(chosen, self.ratings.rater_counts()))
        return replace(self, ratings=sample, by_movie=sample)

    def epoch(self) -> Iterator[int]:
        """Solve all raters, then all movies; yields the number of ratings of each finished block."""
        yield from self._over_blocks(self.ratings.rater_indptr, self._solve_raters)
        yield from self._over_blocks(self.by_movie.movie_indptr, self._solve_movies)

    @property
    def ratings_per_epoch(self) -> int:
        """Number of ratings that one epoch goes through."""
        return self.ratings.n_ratings + self.by_movie.n_ratings

    def _over_blocks(self, indptr: Int64, solve: Callable[[int, int], None]) -> Iterator[int]:
        for first, last in row_blocks(indptr, RATINGS_PER_BLOCK):
            solve(first, last)
            yield int(indptr[last] - indptr[first])

    def _solve_raters(self, first: int, last: int) -> None:
        solve_rows(
            self.ratings.rater_indptr,
            self.ratings.movie_indices,
            self.ratings.half_stars,
            self.factors,
            self.offsets,
            self.ridge,
            self.ridge_per_rating,
            self.weights,
            self.biases,
            scale=0.5,
            shift=self.shift,
            bias_precision=self.rater_damping,
            first_row=first,
            last_row=last,
            n_threads=self.n_threads,
        )

    def _solve_movies(self, first: int, last: int) -> None:
        solve_rows(
            self.by_movie.movie_indptr,
            self.by_movie.rater_indices,
            self.by_movie.half_stars_by_movie,
            self.weights,
            self.biases,
            self.ridge,
            self.ridge_per_rating,
            self.factors,
            self.offsets,
            scale=0.5,
            shift=self.shift,
            fit_bias=self.movie_damping is not None,
            bias_precision=self.movie_damping or 0.0,
            first_row=first,
            last_row=last,
            n_threads=self.n_threads,
        )


def _padded_zeros(n_rows: int, n_factors: int) -> Float32:
    # Rows start on cache lines, and the kernel copies them as whole vectors.
    width = -(-n_factors // FLOATS_PER_LINE) * FLOATS_PER_LINE
    return np.zeros((n_rows, width), dtype=np.float32)[:, :n_factors]
