"""Why a movie is recommended: what each of the user's ratings adds to it, how sure the figure is, and its rank."""

import numpy as np
from numpy.typing import NDArray

from recommender.engine.ease import EASEModel
from recommender.engine.hybrid_model import HybridModel
from recommender.engine.item_features import ItemFeatures, UserProfile
from recommender.engine.recommender import LinearModel, Model

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]

EIGHTY_PERCENT = 1.2816
"""Half an 80 % interval of the normal distribution, in standard deviations."""
LOWEST_STARS, HIGHEST_STARS = 0.5, 5.0


def rating_contributions(model: Model, profile: UserProfile, movie_indices: Int32) -> Float64 | None:
    """Return what each of the user's ratings adds to some predicted ratings, exactly.

    Of a ridge fit ``x_iᵀ A⁻¹ x_j · (r_j − offset_j)``, where ``x`` leads with a one for the bias and ``A`` is
    the gram matrix of the profile; with the offset of movie ``i`` they sum to its prediction (not clipped).

    Parameters
    ----------
    model : Model
    profile : UserProfile
        Of this model.
    movie_indices : (n,) int32
        The movies to explain.

    Returns
    -------
    (n, n_ratings) float64 or None
        In stars, in the order of ``profile.movie_indices``; None where the fit is not linear in the ratings.
    """
    if not isinstance(model, LinearModel):
        return None
    if profile.gram is None:
        return None if profile.weights.any() or profile.bias else np.zeros((movie_indices.size, profile.n_ratings))
    features, rated = model.item_features, profile.movie_indices
    residuals = profile.half_stars / 2.0 - features.offsets[rated]
    if isinstance(model, HybridModel):  # its ratings weigh one over the noise of their movies
        residuals = residuals / model.movie_noise[rated]
    directions = _design(features, movie_indices) @ profile.covariance
    return np.asarray((directions @ _design(features, rated).T) * residuals)


def ranking_contributions(model: Model, profile: UserProfile, movie_indices: Int32) -> Float64 | None:
    """Return what each of the user's ratings adds to some ranking scores, exactly.

    Of item-item weights ``x_j · B_ji``; where movies are ranked by predicted rating, what the ratings add to that.

    Parameters
    ----------
    model : Model
    profile : UserProfile
    movie_indices : (n,) int32

    Returns
    -------
    (n, n_ratings) float64 or None
        In units of the score; they sum to it less what the movie gets without any rating of the user. None where the
        fit is not linear in the ratings.
    """
    if not isinstance(model, EASEModel | HybridModel):
        return rating_contributions(model, profile, movie_indices)
    rated = profile.movie_indices
    inputs = model.item_weights.inputs(rated, profile.half_stars)
    weights = model.item_weights.weights[rated][:, movie_indices].toarray()
    return np.asarray((weights * inputs[:, None]).T)


def ranks_by_ratings(model: Model) -> bool:
    """Return whether the user's ratings change the order of a list, not only which movies are left out of it."""
    return isinstance(model, EASEModel | HybridModel) or (
        isinstance(model, LinearModel) and model.item_features.n_factors > 0
    )


def interval(model: Model, profile: UserProfile, movie_indices: Int32) -> tuple[Float32, Float32] | None:
    """Return the bounds that a rating falls between with 80 % probability, in stars, cut to the scale.

    The hybrid has calibrated ones of its own. Of another ridge fit the variance is ``noise · (1 + xᵀ A⁻¹ x)``: that of
    the rating plus that of the user's weights (Bishop 2006, equation 3.59); the movie counts as known.

    Parameters
    ----------
    model : Model
    profile : UserProfile
    movie_indices : (n,) int32

    Returns
    -------
    low, high : (n,) float32
        Or None where the fit has no covariance.
    """
    if isinstance(model, HybridModel):
        return model.interval(profile, movie_indices)
    if not isinstance(model, LinearModel) or profile.gram is None:
        return None
    design = _design(model.item_features, movie_indices)
    variance = np.einsum("ij,jk,ik->i", design, profile.covariance, design, optimize=True)
    width = EIGHTY_PERCENT * np.sqrt(model.item_features.noise * (1 + np.maximum(variance, 0)))
    predicted = model.predict(profile, movie_indices)
    low, high = (np.clip(predicted + side * width, LOWEST_STARS, HIGHEST_STARS) for side in (-1, 1))
    return low.astype(np.float32), high.astype(np.float32)


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


def _design(features: ItemFeatures, movie_indices: Int32) -> Float64:
    """Return ``(1, features)`` of some movies, (n, 1 + n_factors) float64."""
    design = np.ones((movie_indices.size, features.n_factors + 1))
    design[:, 1:] = features.rows(movie_indices)
    return design
