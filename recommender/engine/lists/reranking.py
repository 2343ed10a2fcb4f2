"""Re-order the top of a ranking: more varied, better known or less well known, newer."""

import numpy as np
from scipy.sparse import csr_array

from recommender.engine.data.types import Bool, Float32, Float64, Int32, Int64

POOL = 300
"""How many movies at the top of a ranking are re-ordered; the others follow in their order."""
DIAL_STRENGTH = 0.5
"""What one standard deviation of log popularity counts per step of the dial, in standard deviations of the score."""
NEWNESS_STRENGTH = 1.0
"""What one standard deviation of log age counts at the end of the dial, in standard deviations of the score."""


def reranked(
    scores: Float32,
    *,
    popularity: float = 0.0,
    counts: Int64 | Int32 | None = None,
    diversity: float = 0.0,
    features: Float32 | csr_array | None = None,
    newness: float = 0.0,
    ages: Int32 | None = None,
) -> Int64:
    """Re-order the top of a ranking by the dials; return positions, (n,) int64.

    Parameters
    ----------
    scores : (n,) float32
        Best first.
    popularity : float
        −2 (hidden gems) … 2 (well-known); needs `counts`, see `with_popularity`.
    counts : (n,) int, optional
    diversity : float
        0 … 1; needs `features`, see `maximal_marginal_relevance`.
    features : (n, n_features) float32 ndarray or csr_array, optional
    newness : float
        0 … 1; needs `ages`, see `newer_first`.
    ages : (n,) int32, optional
    """
    worth = scores.astype(np.float64) if counts is None else with_popularity(scores, counts, popularity)
    if ages is not None and newness:
        worth = newer_first(worth, ages, newness)
    if features is None or not diversity:
        return np.argsort(-worth, kind="stable")
    return maximal_marginal_relevance(worth, similarities(features), diversity=diversity)


def similarities(features: Float32 | csr_array) -> Float32:
    """Return the cosine similarities of movies, negative ones as 0, (n, n) float32.

    Parameters
    ----------
    features : (n, n_features) float32 ndarray or csr_array
        A movie without features is similar to no other.
    """
    products = features @ features.T
    dense = np.asarray(products.toarray() if isinstance(products, csr_array) else products, dtype=np.float32)
    lengths = np.sqrt(np.maximum(dense.diagonal(), 1e-12))
    return np.asarray(np.maximum(dense / np.outer(lengths, lengths), 0), dtype=np.float32)


def with_popularity(scores: Float32, counts: Int64 | Int32, dial: float) -> Float64:
    """Return scores shifted in favour of well-known movies (dial above 0) or little-known ones (below 0).

    Parameters
    ----------
    scores : (n,) float32
        Scores of the movies at the top of a ranking.
    counts : (n,) int
        Their numbers of ratings.
    dial : float
        −2 … 2.

    Returns
    -------
    (n,) float64
        In standard deviations of the score.
    """
    return _standardised(scores) + DIAL_STRENGTH * dial * _standardised(np.log1p(counts))


def newer_first(scores: Float32 | Float64, ages: Int32, dial: float) -> Float64:
    """Return scores shifted in favour of newer movies.

    Parameters
    ----------
    scores : (n,) float
        Scores of the movies at the top of a ranking.
    ages : (n,) int32
        Years since their release, 0 or more.
    dial : float
        0 … 1.

    Returns
    -------
    (n,) float64
        In standard deviations of the score.
    """
    return _standardised(scores) - NEWNESS_STRENGTH * dial * _standardised(np.log1p(ages))


def proven_first(scores: Float32, stars: Float32, proven: Bool) -> Float32:
    """Return scores by which an unproven movie stands below every proven one that is predicted at least as good.

    The ranking score of a movie that nobody has rated says little, so predicted stars decide where it stands among
    the others. How wide its interval is does not matter: not knowing a movie is no reason to show it. Proven movies
    keep their order, unproven ones stand in the order of their stars.

    Parameters
    ----------
    scores : (n,) float32
        Of all movies that may appear on the list.
    stars : (n,) float32
        Predicted, not clipped.
    proven : (n,) bool
        Which movies somebody has rated.

    Returns
    -------
    (n,) float32
        The number of movies below each one.
    """
    order = np.lexsort((np.arange(scores.size), -scores))
    ranking, others = order[proven[order]], np.flatnonzero(~proven)
    # The lowest place among the proven movies with at least so many stars; nothing is above the first.
    by_stars = np.argsort(-stars[ranking], kind="stable")
    lowest = np.concatenate([[-1], np.maximum.accumulate(by_stars)])
    n_as_good = np.searchsorted(-stars[ranking][by_stars], -stars[others], side="right")
    places = np.empty(scores.size)
    places[ranking], places[others] = np.arange(ranking.size), lowest[n_as_good]
    below = np.empty(scores.size, dtype=np.float32)
    below[np.lexsort((np.arange(scores.size), -stars, ~proven, places))] = np.arange(scores.size)[::-1]
    return below


def maximal_marginal_relevance(
    scores: Float32 | Float64, similarity: Float32, *, diversity: float, n: int | None = None
) -> Int64:
    """Order movies by score and by how different they are from those before them.

    The next movie has the largest ``(1 − diversity) · relevance − diversity · max similarity to the chosen``
    (Carbonell and Goldstein 1998, "The Use of MMR"), with the scores scaled to 0 … 1 as relevance.

    Parameters
    ----------
    scores : (n_movies,) float
    similarity : (n_movies, n_movies) float32
        0 or more.
    diversity : float
        0 (by score alone) … 1 (by dissimilarity alone, after the best movie).
    n : int, optional
        The length of the list; longer lists start with the same movies.

    Returns
    -------
    (n,) int64
        Positions; ties in the order given.
    """
    n_wanted = scores.size if n is None else min(n, scores.size)
    if not n_wanted:
        return np.zeros(0, dtype=np.int64)
    spread = float(np.ptp(scores)) or 1.0
    relevance = (scores.astype(np.float64) - float(scores.min())) / spread
    order = np.empty(n_wanted, dtype=np.int64)
    closest = np.zeros(scores.size)
    worth = (1 - diversity) * relevance
    order[0] = np.argmax(scores)
    for place in range(1, n_wanted):
        chosen = order[place - 1]
        worth[chosen] = -np.inf
        np.maximum(closest, similarity[chosen], out=closest)
        order[place] = np.argmax(worth - diversity * closest)
    return order


def _standardised(values: Float32 | Float64) -> Float64:
    deviation = float(values.std()) or 1.0
    return np.asarray((values.astype(np.float64) - float(values.mean())) / deviation)
