"""The place of a movie in a user's list, with and without one of their ratings."""

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
        Movies that are not on the list.
    """
    ahead = scores > scores[movie_index]
    ahead[:movie_index] |= scores[:movie_index] == scores[movie_index]
    ahead[left_out] = False
    return 1 + int(np.count_nonzero(ahead))


def without(model: Model, profile: UserProfile, number: int) -> UserProfile:
    """Return the profile a user would have without the rating at position `number` of their profile."""
    return model.fold_in(np.delete(profile.movie_indices, number), np.delete(profile.half_stars, number))
