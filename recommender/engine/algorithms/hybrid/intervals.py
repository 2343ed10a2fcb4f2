"""Calibration: how wide an interval has to be to hold 80 % of the ratings, measured where they were left out."""

from dataclasses import replace

import numpy as np
from scipy.optimize import nnls

from recommender.engine.algorithms.hybrid.latent import LatentTaste
from recommender.engine.algorithms.hybrid.model import HybridModel
from recommender.engine.algorithms.hybrid.offsets import USUAL_NOISE
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool, Float64
from recommender.engine.model.item_features import UserProfile

SHARE_INSIDE = 0.8
MAX_SCALE = 20.0
N_RATERS = 1_000
N_GROUPS = 5
N_ROUNDS = 2
SHARE_UNSEEN, ENOUGH_UNSEEN = 0.1, 100


def calibrated(
    model: HybridModel,
    ratings: RatingMatrix,
    reliability: Float64,
    seed: int,
    kept: Bool,
    of_kept: LatentTaste,
) -> HybridModel:
    """Return the model with intervals that hold 80 % of the left-out ratings of a sample of raters.

    First the variance of movie offsets is scaled to what the left-out ratings of rare movies show (never below what
    the fit says). Then the half-widths are the quantiles of the standardised differences, one for each group of raters
    with about as many ratings: with one for all, intervals of people with few ratings held 84 to 85 %. Both know of the
    kernel's features alone; last, the width is scaled to what latent factors add.

    Parameters
    ----------
    model : HybridModel
    ratings : RatingMatrix
        What it was fitted to.
    reliability : (n_raters,) float64
        The weights of the raters in the movie offsets.
    seed : int
        Of the sample.
    kept : (n_ratings,) bool
        `kept_for_latent_width`.
    of_kept : LatentTaste
        Fitted to the ratings kept.
    """
    eligible = np.flatnonzero(ratings.rater_counts() > 1)
    chosen = np.random.default_rng(seed).permutation(eligible)[:N_RATERS]
    if not chosen.size:
        return model
    known_variance = model.offset_variance
    profiles = [_profile(model, ratings, int(rater)) for rater in chosen]
    own = [
        reliability[rater] * known_variance[profile.movie_indices] / USUAL_NOISE
        for rater, profile in zip(chosen, profiles, strict=True)
    ]
    model = replace(model, offset_variance=known_variance * np.float32(_scale(model, profiles, own)))
    by_activity = np.argsort([profile.n_ratings for profile in profiles], kind="stable")
    groups = np.array_split(by_activity, min(N_GROUPS, len(profiles)))
    usual = [float(np.mean([profiles[number].n_ratings for number in group])) for group in groups]
    for _ in range(N_ROUNDS):
        ratios = [_standardised(model, *each) for each in zip(profiles, own, strict=True)]
        widths = [np.quantile(np.concatenate([ratios[number] for number in group]), SHARE_INSIDE) for group in groups]
        half_widths = np.stack([usual, np.maximum(widths, 1e-3)])
        model = replace(model, half_widths=half_widths)
    width = _latent_width(model, profiles, [kept[_stored(ratings, int(rater))] for rater in chosen], of_kept)
    return replace(model, latent=replace(model.latent, width=width))


def kept_for_latent_width(ratings: RatingMatrix, seed: int) -> Bool:
    """Return which ratings the factors may see that tell how much latent factors narrow intervals, (n_ratings,)."""
    return np.random.default_rng(seed).random(ratings.n_ratings) >= SHARE_UNSEEN


def _latent_width(model: HybridModel, profiles: list[UserProfile], kept: list[Bool], of_kept: LatentTaste) -> float:
    """Return how wide intervals have to be with what latent factors add, for each unit without.

    Measured on ratings that the factors have not seen: on others they look better than they are, and intervals as
    narrow as that held 76 %.
    """
    without, added = [np.zeros(0)], [np.zeros(0)]
    for profile, seen in zip(profiles, kept, strict=True):
        residuals, variance = model.left_out(profile)
        deviation = np.sqrt(variance * model.misfit(profile))[~seen]
        latent = of_kept.fold_in(profile.movie_indices[seen], profile.half_stars[seen])
        stars = of_kept.stars(latent, profile.movie_indices[~seen])
        without.append(np.abs(residuals[~seen]) / deviation)
        added.append(np.abs(residuals[~seen] - stars) / deviation)
    if sum(part.size for part in without) < ENOUGH_UNSEEN:
        return 1.0
    before, after = (float(np.quantile(np.concatenate(parts), SHARE_INSIDE)) for parts in (without, added))
    return after / max(before, 1e-3)


def _stored(ratings: RatingMatrix, rater: int) -> slice:
    return slice(int(ratings.rater_indptr[rater]), int(ratings.rater_indptr[rater + 1]))


def _profile(model: HybridModel, ratings: RatingMatrix, rater: int) -> UserProfile:
    stored = _stored(ratings, rater)
    return model.fold_in(ratings.movie_indices[stored], ratings.half_stars[stored])


def _scale(model: HybridModel, profiles: list[UserProfile], own: list[Float64]) -> float:
    """Return how much larger the variance of offsets is than known, by least squares on squared differences."""
    squares, parts = [], []
    for profile, taken_up in zip(profiles, own, strict=True):
        residuals, variance = model.left_out(profile, taken_up)
        offset_variance = model.offset_variance[profile.movie_indices]
        misfit = model.misfit(profile)
        squares.append(np.square(residuals) / misfit)
        parts.append(np.stack([variance - offset_variance, offset_variance], axis=1))
    (usual, of_offsets), _ = nnls(np.concatenate(parts), np.concatenate(squares))
    return float(np.clip(of_offsets / usual, 1.0, MAX_SCALE)) if usual > 0 else 1.0


def _standardised(model: HybridModel, profile: UserProfile, own: Float64) -> Float64:
    """Return left-out residuals of one rater in standard deviations of the interval, (n_ratings,) float64."""
    residuals, variance = model.left_out(profile, own)
    return np.asarray(np.abs(residuals) / np.sqrt(variance * model.misfit(profile)))
