"""Metrics of one user's held-out ratings, as sums that can be added up over users and splits.

Every metric is a ratio of two sums over users, so that pooling, segments and resampling are additions. RMSE is the
root of one.
"""

import numpy as np

from native.evaluation import rank_agreement
from recommender.engine.data.types import Bool, Float32, Float64, Int64
from recommender.engine.model.opinions import DISLIKED_BELOW_MEAN, DISLIKED_STARS

LIST_LENGTH = 10
RECALL_LENGTH = 20
RELEVANT_STARS = 4.0
LOWEST_STARS, HIGHEST_STARS = 0.5, 5.0
DISCOUNTS = 1.0 / np.log2(np.arange(2, LIST_LENGTH + 2))

RATING_METRICS = ("rank_agreement", "rmse", "mae")
LIST_METRICS = ("ndcg_10", "recall_20")
GAIN_METRICS = ("regret_10", "hit_stars_20", "signed_ndcg_10")
NEW_RATER = 20
LIGHT_RATER = 100
"""Training ratings up to which a rater counts as new, and as light."""


def rating_sums(indptr: Int64, stars: Float64, predicted: Float32, *, n_threads: int = 1) -> tuple[Float64, Float64]:
    """Return the sums behind rank agreement, RMSE and MAE.

    Rank agreement compares predictions as they are; errors are measured after clipping to the scale.

    Parameters
    ----------
    indptr : (n_users + 1,) int64
        The held-out ratings of user ``u`` are ``indptr[u]:indptr[u + 1]``.
    stars : (n,) float64
    predicted : (n,) float32
    n_threads : int

    Returns
    -------
    numerators, denominators : (n_users, 3) float64
        In the order of `RATING_METRICS`; a denominator of 0 where a metric is undefined for a user.
    """
    agreement = rank_agreement(indptr, stars, predicted, n_threads)
    errors = np.clip(predicted.astype(np.float64), LOWEST_STARS, HIGHEST_STARS) - stars
    n_ratings = np.diff(indptr).astype(np.float64)
    numerators = np.stack([np.nan_to_num(agreement), _sums(errors**2, indptr), _sums(np.abs(errors), indptr)], axis=1)
    return numerators, np.stack([~np.isnan(agreement), n_ratings, n_ratings], axis=1).astype(np.float64)


def list_sums(hits: Bool, n_relevant: Int64) -> tuple[Float64, Float64]:
    """Return the sums behind nDCG@10 and recall@20 (relevance is 0 or 1).

    ``nDCG@10 = sum(hit_k / log2(k + 1)) / best possible sum`` (Järvelin and Kekäläinen 2002);
    ``recall@20 = hits / min(20, relevant)``.

    Parameters
    ----------
    hits : (n_users, 20) bool
        Whether each movie of a user's list, best first, is relevant.
    n_relevant : (n_users,) int64
        How many held-out movies are relevant.

    Returns
    -------
    numerators, denominators : (n_users, 2) float64
        In the order of `LIST_METRICS`; users without a relevant movie have denominator 0.
    """
    best = np.concatenate([[1.0], np.cumsum(DISCOUNTS)])[np.minimum(n_relevant, LIST_LENGTH)]
    ndcg = hits[:, :LIST_LENGTH] @ DISCOUNTS / best
    recall = hits.sum(axis=1) / np.clip(n_relevant, 1, RECALL_LENGTH)
    defined = np.repeat((n_relevant > 0)[:, None], 2, axis=1).astype(np.float64)
    return np.stack([ndcg, recall], axis=1) * defined, defined


def gain_sums(stars: Float64, means: Float64, ideal: Float64) -> tuple[Float64, Float64]:
    """Return the sums behind regret@10, hit stars@20 and signed nDCG@10, which tell a like from a dislike.

    A *hit* is a movie of the list that the user has a held-out rating for, whatever the stars; its *gain* is its stars
    minus the user's mean. It is *disliked* with at most 2.5 stars or a gain below -1.

    ``regret@10 = disliked hits / hits`` among the first 10 (lower is better);
    ``hit stars@20 = sum of gains / hits`` among the first 20;
    ``signed nDCG@10 = sum(gain_k / log2(k + 1)) / ideal`` over the first 10, where no hit gains 0. It is Järvelin and
    Kekäläinen's (2002) with gains that may be negative, so it is at most 1 and has no lower limit.

    Parameters
    ----------
    stars : (n_users, 20) float64
        Held-out stars of each movie of a user's list, best first; NaN where it is no hit.
    means : (n_users,) float64
        Each user's mean, of the training ratings.
    ideal : (n_users,) float64
        See `ideal_gains`.

    Returns
    -------
    numerators, denominators : (n_users, 3) float64
        In the order of `GAIN_METRICS`; a denominator of 0 for users without a hit, or without a positive gain.
    """
    gains = stars - means[:, None]
    disliked = (stars <= DISLIKED_STARS) | (gains < -DISLIKED_BELOW_MEAN)
    hits, gains = ~np.isnan(stars), np.nan_to_num(gains)
    reachable = ideal > 0
    signed = gains[:, :LIST_LENGTH] @ DISCOUNTS / np.where(reachable, ideal, 1.0) * reachable
    return (
        np.stack([disliked[:, :LIST_LENGTH].sum(axis=1), gains.sum(axis=1), signed], axis=1),
        np.stack([hits[:, :LIST_LENGTH].sum(axis=1), hits.sum(axis=1), reachable], axis=1).astype(np.float64),
    )


def ideal_gains(indptr: Int64, gains: Float64) -> Float64:
    """Return the best possible ``sum(gain_k / log2(k + 1))`` of each user: the largest positive gains, sorted.

    Parameters
    ----------
    indptr : (n_users + 1,) int64
        The held-out ratings of user ``u`` are ``indptr[u]:indptr[u + 1]``.
    gains : (n,) float64
        Stars minus the user's mean.

    Returns
    -------
    ideal : (n_users,) float64
        0 for users without a positive gain.
    """
    n_users = indptr.size - 1
    rows = np.repeat(np.arange(n_users), np.diff(indptr))
    best_first = gains[np.lexsort((-gains, rows))]
    place = np.arange(gains.size) - indptr[rows]
    counted = (place < LIST_LENGTH) & (best_first > 0)
    ideal = np.zeros(n_users)
    np.add.at(ideal, rows[counted], best_first[counted] * DISCOUNTS[place[counted]])
    return ideal


def self_information(movie_counts: Int64, n_raters: int) -> Float64:
    """Return how surprising it is that someone has rated each movie, ``−log2(n_i / n_raters)`` bits, (n_movies,).

    The mean over recommended movies is their novelty (Vargas and Castells 2011): 0 means that everyone has seen them.
    """
    return np.asarray(-np.log2(np.maximum(movie_counts, 1) / max(n_raters, 1)))


def _sums(values: Float64, indptr: Int64) -> Float64:
    return np.diff(np.concatenate([[0.0], np.cumsum(values)])[indptr])


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
