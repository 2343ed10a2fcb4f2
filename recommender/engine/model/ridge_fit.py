"""A ridge fit of one user: how certain its weights are, and what each rating contributes to predictions."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from recommender.engine.data.types import Float64

RANK_TOLERANCE = 1e-10
"""Eigenvalues of ``XᵀX`` below this share of the largest count as zero."""


@dataclass(frozen=True, slots=True, eq=False)
class GramInverse:
    """The inverse of a Gram matrix as a product, ``A⁻¹ = H Hᵀ``.

    ``H`` comes from the Cholesky factorisation. In a singular system (no ridge, too few ratings), even one that
    rounding makes look definite, it comes from the eigenvectors with non-zero eigenvalues: solutions have the
    smallest norm.

    Attributes
    ----------
    factor : (n, n) or (n, rank) float64
        The Cholesky factor ``L`` of ``H = L⁻ᵀ``, or ``H`` itself.
    is_cholesky : bool
    """

    factor: Float64
    is_cholesky: bool

    @classmethod
    def of(cls, gram: Float64) -> "GramInverse":
        """Factorise a symmetric positive semi-definite matrix."""
        try:
            factor, _ = cho_factor(gram, lower=True)
        except np.linalg.LinAlgError:
            return cls(_pseudo_inverse_factor(gram), is_cholesky=False)
        if np.square(factor.diagonal()).min() < RANK_TOLERANCE * gram.diagonal().max():
            return cls(_pseudo_inverse_factor(gram), is_cholesky=False)
        return cls(factor, is_cholesky=True)

    def solve(self, target: Float64) -> Float64:
        """Return ``A⁻¹ target``."""
        if self.is_cholesky:
            return np.asarray(cho_solve((self.factor, True), target))
        return np.asarray(self.factor @ (self.factor.T @ target))

    def whitened(self, design: Float64) -> Float64:
        """Return ``design · H``: the products of its rows are those of ``design · A⁻¹ · designᵀ``."""
        if self.is_cholesky:
            return np.asarray(solve_triangular(self.factor, design.T, lower=True).T)
        return np.asarray(design @ self.factor)


class Fit(Protocol):
    """A fit of one user that is linear in their ratings."""

    @property
    def leverage(self) -> Float64:
        """How much each rating weighs in its own prediction, (n_ratings,) float64."""
        ...

    def variance(self, design: Float64) -> Float64:
        """Return the variance of some predictions for unit noise, (n,) float64."""
        ...

    def contributions(self, design: Float64) -> Float64:
        """Return what each rating adds to some predictions, (n, n_ratings) float64 in stars."""
        ...


@dataclass(frozen=True, eq=False)
class RidgeFit:
    """The solved system, ``(XᵀX + P) w = Xᵀ(r − offset)``.

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

    @classmethod
    def of(cls, design: Float64, residuals: Float64, gram: Float64) -> "RidgeFit":
        """Factorise ``A``, given the other two parts."""
        return cls(design, residuals, GramInverse.of(gram))

    @cached_property
    def whitened(self) -> Float64:
        """``X · H``, (n_ratings, n_factors + 1) float64."""
        return self.inverse.whitened(self.design)

    @cached_property
    def leverage(self) -> Float64:
        """How much each rating weighs in its own prediction, ``x_jᵀ A⁻¹ x_j``, (n_ratings,) float64."""
        return np.asarray(np.einsum("ij,ij->i", self.whitened, self.whitened))

    def variance(self, design: Float64) -> Float64:
        """Return the variance of some predictions, ``xᵀ A⁻¹ x`` for unit noise, (n,) float64.

        Parameters
        ----------
        design : (n, n_factors + 1) float64
            ``(1, features)`` of the movies predicted.
        """
        whitened = self.inverse.whitened(design)
        return np.asarray(np.einsum("ij,ij->i", whitened, whitened))

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
        return np.asarray(self.inverse.whitened(design) @ self.whitened.T * self.residuals)


def _pseudo_inverse_factor(gram: Float64) -> Float64:
    values, vectors = np.linalg.eigh(gram)
    nonzero = values > RANK_TOLERANCE * max(float(values[-1]), 0.0)
    return np.asarray(vectors[:, nonzero] / np.sqrt(values[nonzero]))
