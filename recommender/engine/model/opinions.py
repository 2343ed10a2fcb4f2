"""What a user's ratings say of the movies rated: which ones they like, which ones they dislike."""

import numpy as np

from recommender.engine.data.types import Bool, Int8

HIGHEST_MIDDLE = 3.5
LIKED_STARS = 3.5
DISLIKED_STARS = 2.5
DISLIKED_BELOW_MEAN = 1.0
TOLERANCE = 0.25
"""A movie predicted more than this many stars below the user's middle is expected to disappoint."""


def middle_of(half_stars: Int8, *, damping: float = 0.0) -> float:
    """Return the rating above which a user is content, in stars: their mean, at most 3.5.

    Parameters
    ----------
    half_stars : (n_ratings,) int8
        The user's ratings; without any the middle is 3.5.
    damping : float
        Pulls a lower mean towards 3.5, like so many ratings of 3.5 stars: someone who has rated only two bad movies
        likes neither.
    """
    mean = _mean(half_stars)
    damped = (mean * half_stars.size + HIGHEST_MIDDLE * damping) / max(half_stars.size + damping, 1.0)
    return min(max(mean, damped), HIGHEST_MIDDLE) if half_stars.size else HIGHEST_MIDDLE


def is_liked(half_stars: Int8) -> Bool:
    """Return which of a user's ratings are at least their mean and at least 3.5 stars, (n_ratings,) bool."""
    return half_stars / 2 >= max(_mean(half_stars), LIKED_STARS)


def is_disliked(half_stars: Int8) -> Bool:
    """Return which of a user's ratings are at most 2.5 stars or more than 1 below their mean, (n_ratings,) bool."""
    stars = half_stars / 2
    return (stars <= DISLIKED_STARS) | (stars < _mean(half_stars) - DISLIKED_BELOW_MEAN)


def _mean(half_stars: Int8) -> float:
    return float(np.mean(half_stars)) / 2 if half_stars.size else 0.0
