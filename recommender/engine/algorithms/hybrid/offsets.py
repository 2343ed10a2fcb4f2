"""Movie offsets, where rare movies borrow from similar ones, and how reliable each rater is."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from recommender.engine.algorithms.baselines import MIDDLE_OF_SCALE
from recommender.engine.algorithms.hybrid.kernel_features import genre_features, year_features
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float32, Float64

TYPICAL_NOISE = 0.75
"""Variance of a rating around the biases, in stars squared, if nothing better is known."""
NOISE_DAMPING = 10.0
DAMPING = 4.0
N_SWEEPS = 8
INTERCEPT_SD, POPULARITY_SD, CONTENT_SD = 1.06, 0.35, 0.07
"""Prior standard deviations of the coefficients, in stars."""


@dataclass(eq=False)
class Offsets:
    """Biases of movies and raters: ``stars ≈ mean + movie + rater + taste``.

    Attributes
    ----------
    ratings : RatingMatrix
    design : (n_movies, n_features) float64
        Predictors of a movie's bias, each column times its prior standard deviation.
    spread : float
        Variance of movie biases around their predictions, in stars squared.
    mean : float
        Of all ratings, in stars.
    movie : (n_movies,) float64
    rater : (n_raters,) float64
    reliability : (n_raters,) float64
        The weight of a rater's ratings: typical noise divided by theirs.
    """

    ratings: RatingMatrix
    design: Float64
    spread: float
    mean: float
    movie: Float64
    rater: Float64
    reliability: Float64

    @classmethod
    def damped(cls, ratings: RatingMatrix, movies: MovieFeatures, spread: float) -> "Offsets":
        """Start from damped biases; the residuals show how reliable each rater is."""
        mean = float(ratings.half_stars.mean(dtype=np.float64)) / 2 if ratings.n_ratings else MIDDLE_OF_SCALE
        movie, rater = np.zeros(ratings.n_movies), np.zeros(ratings.n_raters)
        rows, columns = ratings.row_of_each_rating(), ratings.movie_indices
        stars = ratings.half_stars / np.float32(2) - np.float32(mean)
        for _ in range(N_SWEEPS):
            totals = np.bincount(columns, stars - rater[rows], minlength=movie.size)
            movie = totals / (ratings.movie_counts() + DAMPING)
            rater = np.bincount(rows, stars - movie[columns], minlength=rater.size) / (ratings.rater_counts() + DAMPING)
        squares = np.bincount(rows, np.square(stars - movie[columns] - rater[rows]), minlength=rater.size)
        noise = (squares + NOISE_DAMPING * TYPICAL_NOISE) / (ratings.rater_counts() + NOISE_DAMPING)
        return cls(ratings, _design(ratings, movies), spread, mean, movie, rater, TYPICAL_NOISE / noise)

    def refit(self, taste: Float32 | None = None, n_sweeps: int = 4) -> None:
        """Fit the biases to the ratings minus `taste` (per rating, in stars).

        The mean of a movie's residuals is normal around its bias with variance ``noise / weight``, its bias normal
        around ``design · β`` with variance `spread`, ``β`` standard normal: empirical Bayes for a normal hierarchy
        (Morris 1983, "Parametric Empirical Bayes Inference").
        """
        ratings = self.ratings
        rows, columns = ratings.row_of_each_rating(), ratings.movie_indices
        left = ratings.half_stars / np.float32(2) - np.float32(self.mean)
        if taste is not None:
            left = left - taste
        weights = self.reliability[rows]
        precision = self.precision()
        trust = self.spread / (self.spread + TYPICAL_NOISE / np.maximum(precision, 1e-9))
        for _ in range(n_sweeps):
            totals = np.bincount(columns, weights * (left - self.rater[rows]), minlength=self.movie.size)
            means = totals / np.maximum(precision, 1e-9)
            weighted = self.design * (trust / self.spread)[:, None]
            gram = weighted.T @ self.design + np.eye(self.design.shape[1])
            expected = self.design @ np.linalg.solve(gram, weighted.T @ means)
            self.movie = expected + trust * (means - expected)
            totals = np.bincount(rows, left - self.movie[columns], minlength=self.rater.size)
            self.rater = totals / (ratings.rater_counts() + DAMPING)

    def precision(self) -> Float64:
        """Return the summed weights of each movie's ratings, (n_movies,) float64."""
        ratings = self.ratings
        weights = self.reliability[ratings.row_of_each_rating()]
        return np.bincount(ratings.movie_indices, weights, minlength=ratings.n_movies).astype(np.float64)

    def variance(self) -> Float64:
        """Return the posterior variance of each movie's bias, in stars squared, (n_movies,) float64."""
        return np.asarray(1 / (1 / self.spread + self.precision() / TYPICAL_NOISE))


def _design(ratings: RatingMatrix, movies: MovieFeatures) -> Float64:
    """Return intercept, powers of log popularity, years and genres."""
    popularity = (np.log(np.maximum(ratings.movie_counts(), 1)) - 2.0) / 1.5
    powers = np.stack([popularity, popularity**2, popularity**3], axis=1)
    content = [_dense(year_features(movies)), _dense(genre_features(movies))]
    intercept = np.full((ratings.n_movies, 1), INTERCEPT_SD)
    return np.hstack([intercept, POPULARITY_SD * powers, *(CONTENT_SD * part for part in content)])


def _dense(features: csr_array) -> Float64:
    return np.asarray(features.toarray(), dtype=np.float64)
