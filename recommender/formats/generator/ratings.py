"""Ratings drawn from the ground truth, a block of raters at a time."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from recommender.formats.generator.truth import (
    GLOBAL_MEAN,
    GROUP_SHARE,
    N_GROUPS,
    NOISE,
    RATER_BIAS,
    Float32,
    GroundTruth,
    Int64,
)
from recommender.formats.movielens.dataset import Int32, RatingTriples

RATINGS_PER_BLOCK = 1 << 20
FIRST_TIME, LAST_TIME = 946_684_800, 1_537_747_200  # 2000 and the last rating of the 2018 releases
MAX_STAY = 2 * 365 * 86_400
COLLECTOR_DIVISOR = 16
"""Raters of more than 1/16 of all movies get them by exact weighted sampling instead of rejection sampling."""


def rating_blocks(truth: GroundTruth, counts: Int64, movie_ids: Int32, *, seed: int) -> Iterator[RatingTriples]:
    """Yield the ratings of consecutive raters (ids from 1), by rater and then movie, about a million at a time.

    Parameters
    ----------
    truth : GroundTruth
    counts : (n_raters,) int64
        Ratings per rater.
    movie_ids : (n_movies,) int32
        Strictly increasing.
    seed : int
    """
    ends = np.cumsum(counts)
    first = 0
    while first < counts.size:
        done = int(ends[first - 1]) if first else 0
        last = max(int(np.searchsorted(ends, done + RATINGS_PER_BLOCK, side="right")), first + 1)
        rng = np.random.default_rng([seed, 3, first])
        yield _block(rng, truth, counts[first:last], movie_ids, first_rater=first + 1)
        first = last


def _block(
    rng: np.random.Generator, truth: GroundTruth, counts: Int64, movie_ids: Int32, *, first_rater: int
) -> RatingTriples:
    groups = rng.integers(N_GROUPS, size=counts.size)
    movies = _chosen_movies(rng, truth, groups, counts)
    raters = np.repeat(np.arange(counts.size), counts)
    own = rng.standard_normal((counts.size, truth.factor_scales.size), dtype=np.float32)
    tastes = np.sqrt(GROUP_SHARE) * truth.group_factors[groups] + np.sqrt(1 - GROUP_SHARE) * own
    biases = RATER_BIAS * rng.standard_normal(counts.size, dtype=np.float32)
    stars = GLOBAL_MEAN + biases[raters] + truth.movie_biases[movies]
    stars += NOISE * rng.standard_normal(movies.size, dtype=np.float32)
    stars += _agreement((tastes * truth.factor_scales).astype(np.float32), truth.movie_factors, raters, movies)
    return RatingTriples(
        rater_ids=(raters + first_rater).astype(np.int32),
        movie_ids=movie_ids[movies],
        half_stars=np.clip(np.rint(2 * stars), 1, 10).astype(np.int8),
        rated_at=_times(rng, raters, counts.size),
    )


def _agreement(tastes: Float32, movie_factors: Float32, raters: Int64, movies: Int64) -> Float32:
    """Return the inner product of rater and movie for each rating, factor by factor to need little memory."""
    total = np.zeros(raters.size, dtype=np.float32)
    for factor in range(tastes.shape[1]):
        total += tastes[raters, factor] * movie_factors[movies, factor]
    return total


def _times(rng: np.random.Generator, raters: Int64, n_raters: int) -> Int64:
    joined = rng.integers(FIRST_TIME, LAST_TIME, size=n_raters)
    stay = np.minimum(rng.exponential(30 * 86_400, size=n_raters), np.minimum(MAX_STAY, LAST_TIME - joined))
    times: Int64 = (joined[raters] + stay[raters] * rng.random(raters.size)).astype(np.int64)
    return times


def _chosen_movies(rng: np.random.Generator, truth: GroundTruth, groups: Int64, counts: Int64) -> Int64:
    """Draw `counts` different movies per rater by the weights of their group, (sum of counts,), sorted per rater."""
    collectors = counts > truth.n_movies // COLLECTOR_DIVISOR
    keys = [_rejection_sample(rng, truth, groups, np.where(collectors, 0, counts))]
    for rater in np.flatnonzero(collectors):
        chosen = _weighted_sample(rng, truth.weights(int(groups[rater])), int(counts[rater]))
        keys.append(rater * truth.n_movies + chosen)
    return np.sort(np.concatenate(keys)) % truth.n_movies


def _rejection_sample(rng: np.random.Generator, truth: GroundTruth, groups: Int64, counts: Int64) -> Int64:
    """Draw with replacement, drop repetitions and draw again what is missing, until every rater has enough."""
    finished: list[Int64] = []
    keys = np.zeros(0, dtype=np.int64)
    missing = counts
    while missing.any():
        raters = np.repeat(np.arange(counts.size), missing)
        drawn = np.searchsorted(truth.choices, groups[raters] + rng.random(raters.size), side="right")
        movies = np.clip(drawn - groups[raters] * truth.n_movies, 0, truth.n_movies - 1)
        keys = np.unique(np.concatenate([keys, raters * truth.n_movies + movies]))
        incomplete = (missing > 0) & (np.bincount(keys // truth.n_movies, minlength=counts.size) < counts)
        unfinished = incomplete[keys // truth.n_movies]
        finished.append(keys[~unfinished])
        keys = keys[unfinished]
        missing = np.where(incomplete, counts - np.bincount(keys // truth.n_movies, minlength=counts.size), 0)
    return np.concatenate([*finished, keys])


def _weighted_sample(rng: np.random.Generator, weights: NDArray[np.float64], n: int) -> Int64:
    """Draw without replacement: the n first arrivals of exponential clocks (Efraimidis & Spirakis 2006)."""
    arrivals = rng.exponential(size=weights.size) / np.maximum(weights, 1e-300)
    return np.argpartition(arrivals, n - 1)[:n]
