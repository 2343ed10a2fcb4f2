"""Calibration: how wide intervals must be to hold 80 % of the ratings, measured on left-out ratings."""

from dataclasses import replace

import numpy as np
from scipy.optimize import nnls

from recommender.engine.algorithms.hybrid.latent import LatentTaste
from recommender.engine.algorithms.hybrid.model import HybridModel
from recommender.engine.algorithms.hybrid.offsets import TYPICAL_NOISE
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool, Float64
from recommender.engine.model.item_features import UserProfile

SHARE_INSIDE = 0.8
MAX_SCALE = 20.0
N_RATERS = 1_000
N_GROUPS = 5
N_ROUNDS = 2
SHARE_UNSEEN, MIN_UNSEEN = 0.1, 100


def calibrated(
    model: HybridModel,
    ratings: RatingMatrix,
    reliability: Float64,
    seed: int,
    seen: Bool,
    of_seen: LatentTaste,
) -> HybridModel:
    """Return the model with intervals that hold 80 % of the left-out ratings of a sample of raters.

    First, the variance of movie offsets is scaled up to match the left-out ratings of rare movies (never down). Second,
    the half-widths are quantiles of the standardised differences, one for each group of raters with similar numbers of
    ratings: with a single one, intervals of people with few ratings held 84 to 85 %. Both steps use the kernel features
    only; third, the width is scaled for what latent factors add.

    Parameters
    ----------
    model : HybridModel
    ratings : RatingMatrix
        What it was fitted to.
    reliability : (n_raters,) float64
        The weights of the raters in the movie offsets.
    seed : int
        Of the sample.
    seen : (n_ratings,) bool
        `ratings_seen_by_factors`.
    of_seen : LatentTaste
        Fitted to these ratings only.
    """
    eligible = np.flatnonzero(ratings.rater_counts() > 1)
    chosen = np.random.default_rng(seed).permutation(eligible)[:N_RATERS]
    if not chosen.size:
        return model
    fitted_variance = model.offset_variance
    profiles = [_profile(model, ratings, int(rater)) for rater in chosen]
    own = [
        reliability[rater] * fitted_variance[profile.movie_indices] / TYPICAL_NOISE
        for rater, profile in zip(chosen, profiles, strict=True)
    ]
    model = replace(model, offset_variance=fitted_variance * np.float32(_offset_variance_scale(model, profiles, own)))
    by_activity = np.argsort([profile.n_ratings for profile in profiles], kind="stable")
    groups = np.array_split(by_activity, min(N_GROUPS, len(profiles)))
    mean_counts = [float(np.mean([profiles[number].n_ratings for number in group])) for group in groups]
    for _ in range(N_ROUNDS):
        ratios = [_standardised(model, *each) for each in zip(profiles, own, strict=True)]
        widths = [np.quantile(np.concatenate([ratios[number] for number in group]), SHARE_INSIDE) for group in groups]
        half_widths = np.stack([mean_counts, np.maximum(widths, 1e-3)])
        model = replace(model, half_widths=half_widths)
    width = _latent_width(model, profiles, [seen[_stored(ratings, int(rater))] for rater in chosen], of_seen)
    return replace(model, latent=replace(model.latent, width=width))


def ratings_seen_by_factors(ratings: RatingMatrix, seed: int) -> Bool:
    """Return the ratings to fit latent factors to that are measured on the other ratings, (n_ratings,) bool."""
    return np.random.default_rng(seed).random(ratings.n_ratings) >= SHARE_UNSEEN


def _latent_width(model: HybridModel, profiles: list[UserProfile], seen: list[Bool], of_seen: LatentTaste) -> float:
    """Return the ratio of the width of intervals with latent factors to the width without them.

    Measured on ratings that the factors have not seen. On seen ones factors look better than they are: intervals
    calibrated on those held 76 %.
    """
    without, added = [np.zeros(0)], [np.zeros(0)]
    for profile, is_seen in zip(profiles, seen, strict=True):
        residuals, variance = model.left_out(profile)
        deviation = np.sqrt(variance * model.misfit(profile))[~is_seen]
        latent = of_seen.fold_in(profile.movie_indices[is_seen], profile.half_stars[is_seen])
        stars = of_seen.stars(latent, profile.movie_indices[~is_seen])
        without.append(np.abs(residuals[~is_seen]) / deviation)
        added.append(np.abs(residuals[~is_seen] - stars) / deviation)
    if sum(part.size for part in without) < MIN_UNSEEN:
        return 1.0
    before, after = (float(np.quantile(np.concatenate(parts), SHARE_INSIDE)) for parts in (without, added))
    return after / max(before, 1e-3)


def _stored(ratings: RatingMatrix, rater: int) -> slice:
    return slice(int(ratings.rater_indptr[rater]), int(ratings.rater_indptr[rater + 1]))


def _profile(model: HybridModel, ratings: RatingMatrix, rater: int) -> UserProfile:
    stored = _stored(ratings, rater)
    return model.fold_in(ratings.movie_indices[stored], ratings.half_stars[stored])


def _offset_variance_scale(model: HybridModel, profiles: list[UserProfile], own: list[Float64]) -> float:
    """Return the factor by which the variance of offsets is underestimated, by least squares on squared differences."""
    squares, parts = [], []
    for profile, own_leverage in zip(profiles, own, strict=True):
        residuals, variance = model.left_out(profile, own_leverage)
        offset_variance = model.offset_variance[profile.movie_indices]
        misfit = model.misfit(profile)
        squares.append(np.square(residuals) / misfit)
        parts.append(np.stack([variance - offset_variance, offset_variance], axis=1))
    (base, of_offsets), _ = nnls(np.concatenate(parts), np.concatenate(squares))
    return float(np.clip(of_offsets / base, 1.0, MAX_SCALE)) if base > 0 else 1.0


def _standardised(model: HybridModel, profile: UserProfile, own: Float64) -> Float64:
    """Return left-out residuals of one rater in standard deviations of the interval, (n_ratings,) float64."""
    residuals, variance = model.left_out(profile, own)
    return np.asarray(np.abs(residuals) / np.sqrt(variance * model.misfit(profile)))
