"""How strong a user's tastes are: fits of several strengths, the more of each the better it predicts their ratings."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float64, Int8, Int32
from recommender.engine.model.ridge_fit import RidgeFit

STRENGTHS = (0.4, 1.0, 2.5)
"""Variances of tastes, as multiples of the usual one."""
TEMPER = 0.3
"""Ratings of one user are not independent: each counts as so much evidence."""
DAMPING = 10.0
N_RATERS = 300
LEAST_REMAINING = 0.05
JUST_ONE: Float64 = np.array([[1.0], [1.0]])


@dataclass(frozen=True, eq=False)
class MixedFit:
    """A mean of several ridge fits of one user, as linear in the ratings as each of them.

    Attributes
    ----------
    fits : tuple of RidgeFit
    shares : (n_fits,) float64
        They sum to 1.
    """

    fits: tuple[RidgeFit, ...]
    shares: Float64

    @cached_property
    def leverage(self) -> Float64:
        """How much each rating weighs in its own prediction (`RidgeFit.leverage`), (n_ratings,) float64."""
        return self._mean(lambda fit: fit.leverage)

    def variance(self, design: Float64) -> Float64:
        """Return the variance of some predictions for unit noise (`RidgeFit.variance`), (n,) float64."""
        return self._mean(lambda fit: fit.variance(design))

    def contributions(self, design: Float64) -> Float64:
        """Return what each rating adds to some predictions (`RidgeFit.contributions`), (n, n_ratings) float64."""
        return self._mean(lambda fit: fit.contributions(design))

    def _mean(self, part: Callable[[RidgeFit], Float64]) -> Float64:
        parts = (share * part(fit) for fit, share in zip(self.fits, self.shares, strict=True))
        return np.asarray(sum(parts))


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """One user's bias and weights, and how their other ratings predict each rating.

    Attributes
    ----------
    solution : (1 + n_factors,) float64
        Bias and weights.
    fitted : MixedFit
    by_strength : (n_strengths, n_ratings) float64
        Distance of each rating from the prediction by the others with each strength, in stars.
    """

    solution: Float64
    fitted: MixedFit
    by_strength: Float64

    @property
    def left_out(self) -> Float64:
        """Distance of each rating from the prediction by the others, in stars, (n_ratings,) float64."""
        return np.asarray(self.fitted.shares @ self.by_strength)


def fit_taste(design: Float64, residuals: Float64, noise: Float64, precision: Float64, strengths: Float64) -> Taste:
    """Fit one user with tastes of several strengths, and mix the fits by how well each predicts what it left out.

    A fit gets a share ``∝ (S / s)^(−t n / 2)``, the likelihood of normal residuals of unknown variance, where ``S`` is
    its mean squared left-out residual, ``s`` that of all raters and ``t`` tempers it; so a user who rates by taste gets
    stronger tastes than one whose ratings no taste explains.

    Parameters
    ----------
    design : (n_ratings, 1 + n_factors) float64
        ``(1, features)`` of the rated movies.
    residuals : (n_ratings,) float64
        Stars minus offsets.
    noise : (n_ratings,) float64
        Variance of a rating of each movie; a rating weighs one over it.
    precision : (1 + n_factors,) float64
        Of usual tastes.
    strengths : (2, n_strengths) float64
        Strengths, and the mean squared left-out residual of all raters with each.
    """
    root = np.sqrt(noise)
    weighted, target = design / root[:, None], residuals / root
    gram, moments = weighted.T @ weighted, weighted.T @ target
    fits, solutions, by_strength = [], [], []
    for strength in strengths[0]:
        fit = RidgeFit.of(weighted, target, gram + np.diag(precision / strength))
        solution = fit.inverse.solve(moments)
        fits.append(fit)
        solutions.append(solution)
        by_strength.append((residuals - design @ solution) / np.maximum(1 - fit.leverage, LEAST_REMAINING))
    shares = _shares(np.array(by_strength), strengths[1])
    return Taste(shares @ np.array(solutions), MixedFit(tuple(fits), shares), np.array(by_strength))


def _shares(left_out: Float64, typical: Float64) -> Float64:
    n_ratings = left_out.shape[1]
    scatter = np.square(left_out).sum(axis=1) / typical
    evidence = -TEMPER / 2 * (n_ratings + DAMPING) * np.log((scatter + DAMPING) / (n_ratings + DAMPING))
    likelihood = np.exp(evidence - evidence.max())
    return np.asarray(likelihood / likelihood.sum())


def measured_strengths(fit: Callable[[Int32, Int8, Float64], Taste], ratings: RatingMatrix, seed: int) -> Float64:
    """Return the strengths and the mean squared left-out residual of a sample of raters with each.

    Parameters
    ----------
    fit : callable
        Fits the movie indices and half-stars of a rater with some strengths.
    ratings : RatingMatrix
    seed : int
    """
    chosen = np.random.default_rng(seed).permutation(np.flatnonzero(ratings.rater_counts() > 1))[:N_RATERS]
    alike = np.array([STRENGTHS, np.ones(len(STRENGTHS))])
    squares, count = np.zeros(len(STRENGTHS)), 0
    for rater in chosen:
        stored = slice(int(ratings.rater_indptr[rater]), int(ratings.rater_indptr[rater + 1]))
        taste = fit(ratings.movie_indices[stored], ratings.half_stars[stored], alike)
        squares += np.square(taste.by_strength).sum(axis=1)
        count += stored.stop - stored.start
    if not squares.all():
        return JUST_ONE
    return np.array([STRENGTHS, squares / count])
