"""What to ask new users first: well-known movies whose ratings say most about a taste, in groups of similar ones."""

import numpy as np

from recommender.engine.data.types import Bool, Float32, Float64, Int32, Int64

SIGNAL = 4.0
"""Signal-to-noise ratio: the variance of tastes, as a multiple of the variance of ratings around them."""
SHARED = 0.5
"""The share of a group's movies that must have a genre or decade for the heading to name it."""


def most_informative(features: Float32, known: Float64, *, n: int) -> Int64:
    """Choose movies whose ratings together say most about a taste.

    A movie that a user knows with probability ``p`` is worth ``p`` ratings, so the next movie has the largest
    ``log(1 + p · xᵀ A⁻¹ x)`` with ``A = I + sum of p · x xᵀ`` over those chosen: greedy D-optimal design (Fedorov
    1972, "Theory of Optimal Experiments"), which weighs how well a movie is known against what its rating would add.

    Parameters
    ----------
    features : (n_movies, n_features) float32
        By which movies are compared; centred and scaled here.
    known : (n_movies,) float64
        The probability that a user knows each movie, 0 … 1.
    n : int
        How many to choose; no more than there are movies.

    Returns
    -------
    (min(n, n_movies),) int64
        Positions, the most informative first; ties by position.
    """
    x = _scaled(features)
    inverse = np.eye(x.shape[1])
    chosen: list[int] = []
    for _ in range(min(n, x.shape[0])):
        gains = np.log1p(known * np.einsum("ij,jk,ik->i", x, inverse, x, optimize=True))
        gains[chosen] = -np.inf
        best = int(np.argmax(gains))
        chosen.append(best)
        direction = inverse @ x[best]
        inverse -= np.outer(direction, direction) * (known[best] / (1 + known[best] * float(x[best] @ direction)))
    return np.array(chosen, dtype=np.int64)


def groups_of_similar(features: Float32, known: Float64, *, n_groups: int, group_size: int) -> list[Int64]:
    """Group well-known movies around each of the most informative ones.

    Parameters
    ----------
    features, known
        As in `most_informative`.
    n_groups, group_size : int

    Returns
    -------
    list of (at most group_size,) int64
        Positions; no movie is in two groups. The informative movie first, then the most similar and best known ones.
    """
    if not known.size:
        return []
    centres = most_informative(features, known, n=n_groups)
    x = _scaled(features)
    directions = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    similarity = directions @ directions[centres].T
    closest = np.where(similarity.max(axis=1) > 0, np.argmax(similarity, axis=1), -1)
    closest[centres] = np.arange(centres.size)
    groups = []
    for number, centre in enumerate(centres):
        members = np.flatnonzero(closest == number)
        priority = similarity[members, number] * known[members]
        priority[members == centre] = np.inf
        groups.append(members[np.argsort(-priority, kind="stable")][:group_size])
    return groups


def shared_genres(genres: Bool, members: Int64, *, n: int = 2) -> Int64:
    """Return the genres that many members have and few other movies do, the most typical first.

    Parameters
    ----------
    genres : (n_movies, n_genres) bool
    members : (n_members,) int64
    n : int
        The largest number of genres to return.

    Returns
    -------
    (at most n,) int64
        Columns; the most typical genre even if fewer than half of the members have it.
    """
    inside, everywhere = genres[members].mean(axis=0), genres.mean(axis=0)
    lift = inside * np.log(np.maximum(inside, 1e-9) / np.maximum(everywhere, 1e-9))
    order = np.argsort(-lift, kind="stable")
    return np.array([g for place, g in enumerate(order[:n]) if not place or inside[g] >= SHARED], dtype=np.int64)


def shared_decade(years: Int32, members: Int64) -> int | None:
    """Return the decade of at least half of the members, or None; year 0 means unknown."""
    decades, counts = np.unique(years[members] // 10 * 10, return_counts=True)
    best = int(np.argmax(counts))
    return int(decades[best]) if decades[best] and counts[best] >= SHARED * members.size else None


def _scaled(features: Float32) -> Float64:
    """Centre the features and scale them so that the mean squared length is `SIGNAL`."""
    if not features.size:
        return features.astype(np.float64)
    x = features - features.mean(axis=0, dtype=np.float64)
    length = float(np.mean(np.einsum("ij,ij->i", x, x)))
    return np.asarray(x * np.sqrt(SIGNAL / length) if length else x, dtype=np.float64)
