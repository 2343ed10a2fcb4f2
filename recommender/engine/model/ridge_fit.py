"""What a ridge fit of one user knows besides its weights: how sure they are, and what each rating did to them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from recommender.engine.data.types import Float64

RANK_TOLERANCE = 1e-10
"""Directions of ``XᵀX`` weaker than this share of the strongest count as absent."""


@dataclass(frozen=True, slots=True, eq=False)
class GramInverse:
    """The inverse of a gram matrix by halves, ``A⁻¹ = H Hᵀ``.

    ``H`` is that of the Cholesky factorisation. In a singular system (no ridge, too few ratings), be it that rounding
    alone keeps it definite, it is that of the directions which are there: solutions are of smallest norm.

    Attributes
    ----------
    half : (n, n) or (n, rank) float64
        The Cholesky factor ``L`` of ``H = L⁻ᵀ``, or ``H`` itself.
    is_factor : bool
    """

    half: Float64
    is_factor: bool

    @classmethod
    def of(cls, gram: Float64) -> "GramInverse":
        """Factorise a symmetric, not negative definite matrix."""
        try:
            factor, _ = cho_factor(gram, lower=True)
        except np.linalg.LinAlgError:
            return cls(_half_of_what_is_there(gram), is_factor=False)
        if np.square(factor.diagonal()).min() < RANK_TOLERANCE * gram.diagonal().max():
            return cls(_half_of_what_is_there(gram), is_factor=False)
        return cls(factor, is_factor=True)

    def solve(self, target: Float64) -> Float64:
        """Return ``A⁻¹ target``."""
        if self.is_factor:
            return np.asarray(cho_solve((self.half, True), target))
        return np.asarray(self.half @ (self.half.T @ target))

    def halved(self, design: Float64) -> Float64:
        """Return ``design · H``: the products of its rows are those of ``design · A⁻¹ · designᵀ``."""
        if self.is_factor:
            return np.asarray(solve_triangular(self.half, design.T, lower=True).T)
        return np.asarray(design @ self.half)


@dataclass(frozen=True, eq=False)
class RidgeFit:
    """What was fitted: ``(XᵀX + P) w = Xᵀ(r − offset)``.

    Attributes
    ----------
    design : (n_ratings, n_factors + 1) float64
        ``X``, its rows weighted as they were in the fit.
    residuals : (n_ratings,) float64
        ``r − offset``, weighted like the rows.
    inverse : GramInverse
        Of ``A = XᵀX + P``: the posterior covariance of (bias, weights) for unit noise.
    """

    design: Float64
    residuals: Float64
    inverse: GramInverse

    @cached_property
    def halved(self) -> Float64:
        """``X · H``, (n_ratings, n_factors + 1) float64."""
        return self.inverse.halved(self.design)

    @cached_property
    def leverage(self) -> Float64:
        """How much each rating weighs in its own prediction, ``x_jᵀ A⁻¹ x_j``, (n_ratings,) float64."""
        return np.asarray(np.einsum("ij,ij->i", self.halved, self.halved))

    def variance(self, design: Float64) -> Float64:
        """Return what is not known of some predictions, ``xᵀ A⁻¹ x`` for unit noise, (n,) float64.

        Parameters
        ----------
        design : (n, n_factors + 1) float64
            ``(1, features)`` of the movies predicted.
        """
        halved = self.inverse.halved(design)
        return np.asarray(np.einsum("ij,ij->i", halved, halved))

    def contributions(self, design: Float64) -> Float64:
        """Return what each rating adds to some predictions, ``x_iᵀ A⁻¹ x_j · (r_j − offset_j)``.

        With the offset of movie ``i`` they sum to its prediction.

        Parameters
        ----------
        design : (n, n_factors + 1) float64
            ``(1, features)`` of the movies predicted.

        Returns
        -------
        (n, n_ratings) float64
            In stars.
        """
        return np.asarray(self.inverse.halved(design) @ self.halved.T * self.residuals)


def _half_of_what_is_there(gram: Float64) -> Float64:
    values, vectors = np.linalg.eigh(gram)
    there = values > RANK_TOLERANCE * max(float(values[-1]), 0.0)
    return np.asarray(vectors[:, there] / np.sqrt(values[there]))
