"""Calibration: how wide an interval has to be to hold 80 % of the ratings, measured where they were left out."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.engine.hybrid_model import HybridModel
from recommender.engine.hybrid_offsets import USUAL_NOISE
from recommender.engine.ratings import RatingMatrix

Float64 = NDArray[np.float64]

SHARE_INSIDE = 0.8
N_RATERS = 400
N_ROUNDS = 2


def calibrated(model: HybridModel, ratings: RatingMatrix, reliability: Float64, seed: int) -> HybridModel:
    """Return the model with `half_width` such that 80 % of a sample of raters' left-out ratings lie inside.

    Parameters
    ----------
    model : HybridModel
    ratings : RatingMatrix
        What it was fitted to.
    reliability : (n_raters,) float64
        The weights of the raters in the movie offsets.
    seed : int
        Of the sample.
    """
    eligible = np.flatnonzero(ratings.rater_counts() > 1)
    chosen = np.random.default_rng(seed).permutation(eligible)[:N_RATERS]
    if not chosen.size:
        return model
    for _ in range(N_ROUNDS):
        ratios = np.concatenate([_standardised(model, ratings, reliability, int(rater)) for rater in chosen])
        model = replace(model, half_width=max(float(np.quantile(ratios, SHARE_INSIDE)), 1e-3))
    return model


def _standardised(model: HybridModel, ratings: RatingMatrix, reliability: Float64, rater: int) -> Float64:
    """Return left-out residuals of one rater in standard deviations of the interval, (n_ratings,) float64."""
    stored = slice(int(ratings.rater_indptr[rater]), int(ratings.rater_indptr[rater + 1]))
    rated = ratings.movie_indices[stored]
    profile = model.fold_in(rated, ratings.half_stars[stored])
    own = reliability[rater] * model.offset_variance[rated] / USUAL_NOISE
    residuals, variance = model.left_out(profile, own)
    return np.asarray(np.abs(residuals) / np.sqrt(variance * model.misfit(profile)))
