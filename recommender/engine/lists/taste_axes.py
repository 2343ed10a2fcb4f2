"""Give latent factors a meaning: rotate them to their principal axes and find the well-known movies at both ends."""

from dataclasses import dataclass

import numpy as np

from recommender.engine.data.types import Int32, Int64
from recommender.engine.model.item_features import ItemFeatures, UserProfile

N_WELL_KNOWN = 300


@dataclass(frozen=True, slots=True, eq=False)
class TasteAxis:
    """One dimension of taste as one user sees it.

    Attributes
    ----------
    stars : float
        The predicted stars at the liked end minus those at the other.
    liked, other : (n_ends,) int32
        Movie indices at the two ends, outermost first.
    """

    stars: float
    liked: Int32
    other: Int32


def taste_axes(
    features: ItemFeatures, profile: UserProfile, counts: Int32 | Int64, *, n_axes: int, n_ends: int = 3
) -> list[TasteAxis]:
    """Return the dimensions that matter most to a user.

    Any rotation of the factors gives the same predictions, so single factors mean little. The principal axes of the
    well-known movies do mean something and are the same for all users: ``x · w = (x R) · (Rᵀ w)``.

    Parameters
    ----------
    features : ItemFeatures
        With dense factors; no axes if there are none, or none that matter to the user.
    profile : UserProfile
    counts : (n_movies,) int
        Numbers of ratings; only the 300 most rated movies are used.
    n_axes, n_ends : int
        The largest number of axes, and of movies at each end.
    """
    known = np.argsort(-counts, kind="stable")[:N_WELL_KNOWN].astype(np.int32)
    known = known[counts[known] > 0]
    if not features.n_factors or known.size < 2 * n_ends:
        return []
    x = features.rows(known).astype(np.float64)
    x -= x.mean(axis=0)
    rotation = np.linalg.eigh(x.T @ x)[1]
    coordinates, weights = x @ rotation, rotation.T @ profile.weights
    worth = np.abs(weights) * coordinates.std(axis=0)
    axes = []
    for axis in np.argsort(-worth, kind="stable")[:n_axes]:
        stars = coordinates[:, axis] * weights[axis]
        order = np.argsort(-stars, kind="stable")
        liked, other = order[:n_ends], order[: -n_ends - 1 : -1]
        if worth[axis] > 0:
            axes.append(TasteAxis(float(stars[liked].mean() - stars[other].mean()), known[liked], known[other]))
    return axes
