"""Where a movie stands in a user's list, and where it would stand without one of their ratings."""

import numpy as np

from recommender.engine.data.types import Float32, Int32
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import Model


def rank_of(scores: Float32, movie_index: int, left_out: Int32) -> int:
    """Return the place of a movie in the ranking, from 1, as `top_n` orders it.

    Parameters
    ----------
    scores : (n_movies,) float32
    movie_index : int
    left_out : (k,) int32
        Movies that take no place.
    """
    ahead = scores > scores[movie_index]
    ahead[:movie_index] |= scores[:movie_index] == scores[movie_index]
    ahead[left_out] = False
    return 1 + int(np.count_nonzero(ahead))


def without(model: Model, profile: UserProfile, number: int) -> UserProfile:
    """Return the profile the user would have without one of their ratings, given by its position in the profile."""
    return model.fold_in(np.delete(profile.movie_indices, number), np.delete(profile.half_stars, number))
