"""The match: how likely a user is to like each movie of their list, as a figure that never rises down the list."""

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import ndtr

from recommender.engine.data.types import Float64, Int8, Int32
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import Model
from recommender.engine.model.opinions import LIKED_STARS
from recommender.engine.model.widths import EIGHTY_PERCENT

HALF_A_STEP = 0.25
"""Where ratings are given in half stars, one of 3.5 stars stands for everything from 3.25."""
SHARE_OF_HALVES = 0.1
"""Somebody who uses half stars gives at least so many of their ratings with one."""
NARROWEST = 1e-3
CHANCE = np.array([0.0, 0.05, 0.30, 0.45, 0.62, 0.77, 0.88, 0.97, 1.0])
LIKED = np.array([0.0, 0.10, 0.14, 0.37, 0.57, 0.74, 0.86, 0.96, 1.0])
"""Of neighbours that share a figure, people rather watch those with the lower chance, most of all where chances are
low: how many movies of a list with such a figure were liked, of those watched (fitted on split 0 of ml-latest-small and
of ml-latest-2023-part, with equal weight)."""


def chances(model: Model, profile: UserProfile, movie_indices: Int32) -> Float64 | None:
    """Return the probability that the user gives each movie 3.5 stars or more once they watch it.

    It follows from the predicted stars, their interval, which is calibrated on left-out ratings, and whether the user
    gives half stars: the rating is taken as normal around the prediction, with 80 % of it in the interval.

    Parameters
    ----------
    model : Model
    profile : UserProfile
    movie_indices : (n,) int32

    Returns
    -------
    (n,) float64, or None
        None if the algorithm has no intervals.
    """
    bounds = model.interval(profile, movie_indices)
    if bounds is None:
        return None
    stars = model.predict(profile, movie_indices).astype(np.float64)
    low, high = bounds
    half_width = np.maximum(high - stars, stars - low)  # the end of the scale may have cut one side off
    deviation = np.maximum(half_width, NARROWEST) / EIGHTY_PERCENT
    return np.asarray(ndtr((stars - least_liked(profile.half_stars)) / deviation))


def least_liked(half_stars: Int8) -> float:
    """Return the stars from which a user's opinion becomes a rating of 3.5 or more: 3.25, or 3.5 without half stars.

    Who gives whole stars only rounds 3.4 to 3. Few ratings do not tell; then it is in between.

    Parameters
    ----------
    half_stars : (n_ratings,) int8
        The user's ratings.
    """
    n_halves = np.count_nonzero(half_stars % 2)
    uses_halves = min((n_halves + 1) / (SHARE_OF_HALVES * half_stars.size + 1), 1.0)
    return LIKED_STARS - HALF_A_STEP * uses_halves


def never_rising(chances: Float64, *, n_averaged: int) -> Float64:
    """Return the chances of the movies of a list, from its first place on, as figures that never rise.

    Among the first `n_averaged` places, neighbours whose chances rise get their mean (isotonic regression; Barlow et
    al. 1972, "Statistical Inference under Order Restrictions"), so that the figures hold as often as the chances do.
    Further down, the lowest figure so far is the limit, so that longer lists begin with the figures of shorter ones.

    Parameters
    ----------
    chances : (n,) float64
        In the order of the list.
    n_averaged : int

    Returns
    -------
    (n,) float64
    """
    if not chances.size:
        return chances
    top = isotonic_regression(chances[:n_averaged], increasing=False).x
    return np.asarray(np.minimum.accumulate(np.concatenate([top, chances[n_averaged:]])))


def among_watched(figures: Float64) -> Float64:
    """Return the figures as shares of the movies that are watched, (n,) float64, in the same order."""
    return np.asarray(np.interp(figures, CHANCE, LIKED))
