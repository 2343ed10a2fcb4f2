"""Segments that every figure is also given for: raters by activity, movies by popularity."""

import numpy as np
from numpy.typing import NDArray

Bool = NDArray[np.bool_]
Int64 = NDArray[np.int64]

NEW_RATER = 20
LIGHT_RATER = 100


def rater_segments(n_train: Int64) -> dict[str, Bool]:
    """Return who is a new (at most 20 training ratings), light (at most 100) or heavy rater."""
    new = n_train <= NEW_RATER
    heavy = n_train > LIGHT_RATER
    return {"new": new, "light": ~new & ~heavy, "heavy": heavy}


def popular_movies(movie_counts: Int64) -> Bool:
    """Return the fewest movies that hold half of all training ratings (the short head), (n_movies,) bool."""
    order = np.argsort(-movie_counts, kind="stable")
    before = np.cumsum(movie_counts[order]) - movie_counts[order]
    popular = np.zeros(movie_counts.size, dtype=np.bool_)
    popular[order] = before < movie_counts.sum() / 2
    return popular
