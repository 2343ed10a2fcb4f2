"""Measures as publications define them, of one user at a time; where definitions differ, each has a name of its own.

A *hit* is a relevant movie among the first k of the user's list, ``rel_j`` is 1 for a hit in place j and else 0, and
``n`` is how many held-out movies are relevant to the user. Users with ``n = 0`` are left out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from recommender.engine.data.types import Bool, Float64, Int64
from recommender.engine.evaluation.metrics import GAIN_METRICS, RATING_METRICS, RELEVANT_STARS
from recommender.engine.evaluation.report import METRICS

Relevance = Literal["liked", "rated"]
"""Which held-out ratings count: those of at least 4 stars, or every one."""
LOWEST_RELEVANT: dict[Relevance, float] = {"liked": RELEVANT_STARS, "rated": 0.0}
COVERED = "covered"


def ndcg(hits: Bool, n_relevant: Int64) -> Float64:
    """Return ``sum(rel_j / log2(j + 1))``, divided by what it is if the first min(k, n) movies are hits.

    Järvelin and Kekäläinen 2002, with gains of 0 and 1.
    """
    discounts = _discounts(hits.shape[1])
    return np.asarray(hits @ discounts / np.cumsum(discounts)[_most_hits(hits, n_relevant) - 1])


def recall(hits: Bool, n_relevant: Int64) -> Float64:
    """Return ``hits / n``; with more than k relevant movies it cannot reach 1."""
    return np.asarray(hits.sum(axis=1) / np.maximum(n_relevant, 1))


def capped_recall(hits: Bool, n_relevant: Int64) -> Float64:
    """Return ``hits / min(k, n)``, the recall of Liang et al. 2018."""
    return np.asarray(hits.sum(axis=1) / _most_hits(hits, n_relevant))


def precision(hits: Bool, n_relevant: Int64) -> Float64:
    """Return ``hits / k``."""
    return np.asarray(hits.sum(axis=1) / hits.shape[1])


def average_precision(hits: Bool, n_relevant: Int64) -> Float64:
    """Return ``sum(rel_j · precision@j) / n``; its mean over users is the MAP of Microsoft's Recommenders."""
    return np.asarray(_precisions_at_hits(hits) / np.maximum(n_relevant, 1))


def capped_average_precision(hits: Bool, n_relevant: Int64) -> Float64:
    """Return ``sum(rel_j · precision@j) / min(k, n)``; its mean over users is what others call MAP@k."""
    return np.asarray(_precisions_at_hits(hits) / _most_hits(hits, n_relevant))


def hit_rate(hits: Bool, n_relevant: Int64) -> Float64:
    """Return 1 for users with a hit, else 0."""
    return np.asarray(hits.any(axis=1), dtype=np.float64)


def reciprocal_rank(hits: Bool, n_relevant: Int64) -> Float64:
    """Return ``1 / place`` of the first hit, 0 without one; its mean over users is MRR@k."""
    return np.asarray(hits.any(axis=1) / (1.0 + hits.argmax(axis=1)))


def _discounts(k: int) -> Float64:
    return np.asarray(1.0 / np.log2(np.arange(2, k + 2)))


def _precisions_at_hits(hits: Bool) -> Float64:
    return np.asarray((hits * np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)).sum(axis=1))


def _most_hits(hits: Bool, n_relevant: Int64) -> Int64:
    return np.clip(n_relevant, 1, hits.shape[1])


Definition = Callable[[Bool, Int64], Float64]
"""From hits, (n_users, k) bool, and numbers of relevant movies, (n_users,) int64, to values, (n_users,) float64."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a benchmark.

    Attributes
    ----------
    name : str
        Key in the JSON.
    heading : str
        For people.
    better : {"higher", "lower", ""}
        Which direction is better; neither for shares that should be 80 %.
    definition : callable, optional
        Of a measure of lists; the others are those of an evaluation, and the share of ratings that intervals hold.
    k : int
        Length of the lists.
    relevance : {"liked", "rated"}
    """

    name: str
    heading: str
    better: Literal["higher", "lower", ""] = "higher"
    definition: Definition | None = None
    k: int = 0
    relevance: Relevance = "rated"


_KINDS: dict[str, tuple[str, Definition]] = {
    "ndcg": ("nDCG", ndcg),
    "recall": ("Recall", recall),
    "capped_recall": ("Capped recall", capped_recall),
    "precision": ("Precision", precision),
    "map": ("MAP", average_precision),
    "capped_map": ("Capped MAP", capped_average_precision),
    "hit_rate": ("Hit rate", hit_rate),
    "mrr": ("MRR", reciprocal_rank),
}


def of_lists(kind: str, k: int, relevance: Relevance) -> Measure:
    """Return a measure of the first `k` movies of lists: ``of_lists("ndcg", 10, "liked")``."""
    name, definition = _KINDS[kind]
    heading = f"{name}@{k}" + (", ≥ 4★" if relevance == "liked" else "")
    return Measure(f"{kind}_{k}_{relevance}", heading, "higher", definition, k, relevance)


def _of_evaluation(name: str) -> Measure:
    return Measure(name, METRICS[name].heading, "lower" if METRICS[name].lower_is_better else "higher")


RATING_MEASURES = tuple(_of_evaluation(name) for name in RATING_METRICS)
GAIN_MEASURES = tuple(_of_evaluation(name) for name in GAIN_METRICS)
RANK_AGREEMENT, RMSE, MAE = RATING_MEASURES
INTERVALS = Measure(COVERED, "Held by 80 % intervals", "")
