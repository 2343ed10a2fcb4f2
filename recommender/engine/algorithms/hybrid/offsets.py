"""Movie offsets, where rare movies borrow from similar ones, and how reliable each rater is."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from recommender.engine.algorithms.baselines import MIDDLE_OF_SCALE
from recommender.engine.algorithms.hybrid.kernel_features import genre_features, year_features
from recommender.engine.algorithms.hybrid.outside import log_counts, outside_design
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float32, Float64

TYPICAL_NOISE = 0.75
"""Variance of a rating around the biases, in stars squared, if nothing better is known."""
NOISE_DAMPING = 10.0
DAMPING = 4.0
WELL_KNOWN = 5.0
"""Weight of a movie's ratings from which on its mean tells how far predictions are off."""
N_SWEEPS = 8
LEAST_BIAS_VARIANCE, MOST_BIAS_VARIANCE = 0.02, 2.0
N_RATERS = 5_000
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
    scatter : float
        Variance of well-known movies' biases around their predictions, measured by `refit`, in stars squared. `spread`
        is smaller: shrinking more than the scatter asks for predicts better.
    """

    ratings: RatingMatrix
    design: Float64
    spread: float
    mean: float
    movie: Float64
    rater: Float64
    reliability: Float64
    scatter: float = 0.0

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
            if taste is None:  # tastes have seen the ratings, and make the rest look smaller than it is
                self.scatter = _scatter(means - expected, precision)
            totals = np.bincount(rows, left - self.movie[columns], minlength=self.rater.size)
            self.rater = totals / (ratings.rater_counts() + DAMPING)

    def bias_variance(self, factors: Float32, noise: Float32, seed: int) -> float:
        """Return the variance of user biases that explains how far apart the raters' means are, in stars squared.

        Method of moments: the variance of ratings within raters and that of the raters' means around the offsets, both
        over those that the kernel expects. What all movies have in common in the kernel is a bias already; the kernel
        and the noise of a rating are taken together, because only their ratio is known.

        Parameters
        ----------
        factors : (n_movies, n_factors) float32
        noise : (n_movies,) float32
        seed : int
            Of a sample of raters.
        """
        ratings = self.ratings
        chosen = np.random.default_rng(seed).permutation(np.flatnonzero(ratings.rater_counts() > 1))[:N_RATERS]
        if not chosen.size:
            return LEAST_BIAS_VARIANCE
        apart = within = in_common = expected = 0.0
        for rater in chosen:
            stored = slice(int(ratings.rater_indptr[rater]), int(ratings.rater_indptr[rater + 1]))
            movies = ratings.movie_indices[stored]
            left = ratings.half_stars[stored] / 2.0 - self.mean - self.movie[movies]
            total, diagonal = factors[movies].sum(axis=0, dtype=np.float64), np.square(factors[movies]).sum(axis=1)
            pairs = (total @ total - diagonal.sum()) / (movies.size * (movies.size - 1))
            scatter = left.var(ddof=1)
            apart += left.mean() ** 2 - scatter / movies.size
            within, in_common = within + scatter, in_common + pairs
            expected += float(diagonal.mean() + noise[movies].mean()) - pairs
        if within <= 0:
            return LEAST_BIAS_VARIANCE
        variance = (apart * expected / within - in_common) / chosen.size
        return float(np.clip(variance, LEAST_BIAS_VARIANCE, MOST_BIAS_VARIANCE))

    def precision(self) -> Float64:
        """Return the summed weights of each movie's ratings, (n_movies,) float64."""
        ratings = self.ratings
        weights = self.reliability[ratings.row_of_each_rating()]
        return np.bincount(ratings.movie_indices, weights, minlength=ratings.n_movies).astype(np.float64)

    def variance(self) -> Float64:
        """Return the variance of each movie's bias around its estimate, in stars squared, (n_movies,) float64."""
        around = max(self.scatter, self.spread)
        return np.asarray(1 / (1 / around + self.precision() / TYPICAL_NOISE))


def _scatter(distances: Float64, precision: Float64) -> float:
    """Return the variance of biases around their predictions by the method of moments, over well-known movies."""
    known = precision >= WELL_KNOWN
    if not known.any():
        return 0.0
    return max(float(np.mean(np.square(distances[known]) - TYPICAL_NOISE / precision[known])), 0.0)


def _design(ratings: RatingMatrix, movies: MovieFeatures) -> Float64:
    """Return intercept, powers of log popularity, years and genres, and what other sites say."""
    popularity = (log_counts(ratings, movies) - 2.0) / 1.5
    powers = np.stack([popularity, popularity**2, popularity**3], axis=1)
    content = [_dense(year_features(movies)), _dense(genre_features(movies))]
    intercept = np.full((ratings.n_movies, 1), INTERCEPT_SD)
    known = [CONTENT_SD * part for part in content]
    return np.hstack([intercept, POPULARITY_SD * powers, *known, outside_design(movies)])


def _dense(features: csr_array) -> Float64:
    return np.asarray(features.toarray(), dtype=np.float64)
