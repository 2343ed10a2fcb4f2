"""What a list is ordered by: how likely the user is to watch a movie, times how good it would be for them."""

import numpy as np

from recommender.engine.data.types import Float64, Int8
from recommender.engine.model.opinions import HIGHEST_MIDDLE, middle_of

AVERAGE_VALUE = 3.0
"""What a movie as good as the user's middle is worth; one that is predicted a star better is worth 1 more."""


def value_of(stars: Float64, half_stars: Int8) -> Float64:
    """Return ``3 + predicted stars − the user's middle``, (n,) float64.

    Parameters
    ----------
    stars : (n,) float64
        Predicted, not clipped.
    half_stars : (n_ratings,) int8
        The user's ratings.
    """
    return np.asarray(AVERAGE_VALUE + stars - middle_of(half_stars))


def of_the_middle(half_stars: Int8) -> Float64:
    """Return what each rating adds to a movie's value through the user's middle, (n_ratings,) float64.

    Together they are 3.5 minus the middle: a low rating lowers the middle, so it makes every movie worth more.
    """
    lowers = middle_of(half_stars) < HIGHEST_MIDDLE
    return (HIGHEST_MIDDLE - half_stars / 2) / max(half_stars.size, 1) * lowers


def of_product(watched: Float64, watched_before: Float64, stars: Float64, stars_before: Float64) -> Float64:
    """Return what each rating adds to the product of two sums.

    It is the Shapley value (1953): what the rating adds on average, if ratings are given in random order. For the
    product of ``a0 + Σ a_j`` and ``b0 + Σ b_j`` that is ``a_j (b0 + b) / 2 + b_j (a0 + a) / 2`` with the whole sums
    ``a`` and ``b``, so all contributions sum to ``ab − a0 b0``.

    Parameters
    ----------
    watched, stars : (n, n_ratings) float64
        ``a_j`` and ``b_j``.
    watched_before, stars_before : (n,) float64
        ``a0`` and ``b0``.

    Returns
    -------
    (n, n_ratings) float64
    """
    by_watched = stars_before + stars.sum(axis=1) / 2
    by_stars = watched_before + watched.sum(axis=1) / 2
    return np.asarray(watched * by_watched[:, None] + stars * by_stars[:, None])
