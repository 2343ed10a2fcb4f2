"""The one idea of the engine: item features times a per-user regularised least-squares fit.

``score(user, movie) = offset(movie) + bias(user) + features(movie) · weights(user)``
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from recommender.engine.data.types import Bool, Float32, Float64, Int8, Int32
from recommender.engine.model.ridge_fit import Fit, GramInverse, RidgeFit


@dataclass(frozen=True, eq=False)
class ItemFeatures:
    """Item side of a linear model, everything in stars.

    Attributes
    ----------
    movie_ids : (n_movies,) int32
        Database keys, strictly increasing.
    offsets : (n_movies,) float32
        The prediction for an unknown user.
    factors : (n_movies, n_factors) float32 ndarray or csr_array
    prior_precision : (n_factors,) float32
        Ridge on each weight of a user.
    prior_precision_per_rating : float
        Further ridge on each weight for every rating of the user (ALS-WR, Zhou et al. 2008).
    bias_precision : float
        Ridge on the user bias.
    noise : float
        Variance of a rating around its prediction, in stars squared.
    ranking_offsets : (n_movies,) float32 or None
        Added to predictions when movies are ranked, but not to the predicted rating that is shown.
    """

    movie_ids: Int32
    offsets: Float32
    factors: Float32 | csr_array
    prior_precision: Float32
    prior_precision_per_rating: float = 0.0
    bias_precision: float = 0.0
    noise: float = 1.0
    ranking_offsets: Float32 | None = None

    @property
    def n_movies(self) -> int:
        """Number of movies."""
        return int(self.movie_ids.size)

    @property
    def n_factors(self) -> int:
        """Number of features per movie, the bias not counted."""
        return int(self.factors.shape[1])

    def indices_of(self, movie_ids: Int32) -> tuple[Int32, Bool]:
        """Return (positions of the known ids, mask of the known ids) for database keys."""
        return indices_of(self.movie_ids, movie_ids)

    def rows(self, movie_indices: Int32) -> Float32:
        """Return the dense features of some movies, (n, n_factors) float32."""
        rows = self.factors[movie_indices]
        return np.asarray(rows.todense() if isinstance(rows, csr_array) else rows, dtype=np.float32)

    def design(self, movie_indices: Int32) -> Float64:
        """Return ``(1, features)`` of some movies, (n, 1 + n_factors) float64; the one is for the user bias."""
        design = np.ones((movie_indices.size, self.n_factors + 1))
        design[:, 1:] = self.rows(movie_indices)
        return design

    def fold_in(self, movie_indices: Int32, half_stars: Int8, offsets: Float64 | None = None) -> "UserProfile":
        """Fit one user's bias and weights to their ratings; the model does not change.

        Solves ``(XᵀX + P) w = Xᵀ(r − offset)`` where ``X`` has a leading column of ones for the bias and ``P`` is
        the diagonal of precisions.

        Parameters
        ----------
        movie_indices : (n_ratings,) int32
        half_stars : (n_ratings,) int8
        offsets : (n_ratings,) float64, optional
            Of the rated movies for this user, where they are not those of everybody.
        """
        n_ratings = int(movie_indices.size)
        design = self.design(movie_indices)
        if offsets is None:
            offsets = self.offsets[movie_indices].astype(np.float64)
        precision = np.empty(self.n_factors + 1)
        precision[0] = self.bias_precision
        precision[1:] = self.prior_precision + self.prior_precision_per_rating * n_ratings
        residuals = half_stars / 2.0 - offsets
        return UserProfile.fit(design, residuals, precision, movie_indices=movie_indices, half_stars=half_stars)

    def predict(self, profile: "UserProfile", movie_indices: Int32 | None = None) -> Float32:
        """Return predicted stars (not clipped to the scale), (n,) float32, for some or all movies."""
        factors = self.factors if movie_indices is None else self.factors[movie_indices]
        offsets = self.offsets if movie_indices is None else self.offsets[movie_indices]
        return np.asarray(offsets + np.float32(profile.bias) + factors @ profile.weights, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class UserProfile:
    """One user as a model sees them: the result of a fold-in.

    Attributes
    ----------
    bias : float
        In stars.
    weights : (n_factors,) float32
    movie_indices : (n_ratings,) int32
    half_stars : (n_ratings,) int8
        The ratings it was fitted to.
    fitted : Fit or None
        None where the fit was not a ridge fit.
    """

    bias: float
    weights: Float32
    movie_indices: Int32
    half_stars: Int8
    fitted: Fit | None = None

    @classmethod
    def fit(
        cls, design: Float64, residuals: Float64, precision: Float64, *, movie_indices: Int32, half_stars: Int8
    ) -> "UserProfile":
        """Ridge fit of residuals on a design matrix whose first column is the bias.

        A singular system (no ridge, too few ratings) gets the smallest-norm solution.
        """
        inverse = GramInverse.of(design.T @ design + np.diag(precision))
        solution = inverse.solve(design.T @ residuals)
        fitted = RidgeFit(design, residuals, inverse)
        return cls(float(solution[0]), solution[1:].astype(np.float32), movie_indices, half_stars, fitted)

    @property
    def n_ratings(self) -> int:
        """Number of ratings behind the profile."""
        return int(self.movie_indices.size)

    def contributions(self, design: Float64) -> Float64:
        """Return what each rating adds to some predictions (`Fit.contributions`), zeros without a fit."""
        return self.fitted.contributions(design) if self.fitted else np.zeros((design.shape[0], self.n_ratings))


def indices_of(known: Int32, wanted: Int32) -> tuple[Int32, Bool]:
    """Look database keys up in a sorted array of keys.

    Returns
    -------
    positions : (n_known,) int32
        Positions in `known` of the wanted keys that are there, in the order asked.
    mask : (n_wanted,) bool
        Which of the wanted keys are there.
    """
    if known.size == 0:
        return np.zeros(0, dtype=np.int32), np.zeros(wanted.size, dtype=np.bool_)
    positions = np.minimum(np.searchsorted(known, wanted), known.size - 1)
    mask = known[positions] == wanted
    return positions[mask].astype(np.int32), mask
