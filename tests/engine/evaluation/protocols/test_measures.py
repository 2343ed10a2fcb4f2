"""Published measures against their formulas, one user at a time, by hand."""

import numpy as np
import pytest

from recommender.engine.evaluation.metrics import list_sums
from recommender.engine.evaluation.protocols import PROTOCOLS, PUBLISHED_MEASURES
from recommender.engine.evaluation.protocols.measures import of_lists

LOG = np.log2


def value(kind, hits, n_relevant):
    """The measure of one user whose list has these hits."""
    measure = of_lists(kind, len(hits), "rated")
    return measure.definition(np.array([hits], dtype=np.bool_), np.array([n_relevant]))[0]


@pytest.mark.parametrize(
    ("kind", "hits", "n_relevant", "by_hand"),
    [
        ("ndcg", [1, 0, 1], 2, (1 + 1 / LOG(4)) / (1 + 1 / LOG(3))),
        ("ndcg", [1, 1, 0], 5, (1 + 1 / LOG(3)) / (1 + 1 / LOG(3) + 1 / LOG(4))),
        ("ndcg", [0, 0, 0], 1, 0),
        ("ndcg", [0, 1, 0], 1, 1 / LOG(3)),
        ("recall", [1, 0, 1], 5, 2 / 5),
        ("recall", [1, 1, 1], 30, 3 / 30),
        ("capped_recall", [1, 0, 1], 5, 2 / 3),
        ("capped_recall", [1, 0, 1], 2, 1),
        ("precision", [1, 0, 1], 2, 2 / 3),
        ("precision", [1, 0, 0], 1, 1 / 3),
        ("map", [1, 0, 1], 2, (1 + 2 / 3) / 2),
        ("map", [0, 1, 1], 7, (1 / 2 + 2 / 3) / 7),
        ("capped_map", [1, 0, 1], 2, (1 + 2 / 3) / 2),
        ("capped_map", [0, 1, 1], 7, (1 / 2 + 2 / 3) / 3),
        ("hit_rate", [0, 1, 1], 2, 1),
        ("hit_rate", [0, 0, 0], 2, 0),
        ("mrr", [0, 0, 1], 1, 1 / 3),
        ("mrr", [1, 0, 1], 2, 1),
        ("mrr", [0, 0, 0], 2, 0),
    ],
)
def test_a_measure_by_hand(kind, hits, n_relevant, by_hand):
    assert value(kind, hits, n_relevant) == pytest.approx(by_hand)


@pytest.mark.parametrize("kind", ["ndcg", "capped_recall", "precision", "capped_map", "hit_rate", "mrr"])
def test_the_best_list_is_worth_1(kind):
    assert value(kind, [1] * 10, 25) == pytest.approx(1)


def test_recall_and_capped_recall_have_names_of_their_own():
    names = {of_lists(kind, 20, how).name for kind in ("recall", "capped_recall") for how in ("rated", "liked")}
    assert names == {"recall_20_rated", "recall_20_liked", "capped_recall_20_rated", "capped_recall_20_liked"}
    headings = [each.heading for each in (*PUBLISHED_MEASURES, *PROTOCOLS["strong-generalisation"].measures)]
    assert {"Recall@20", "Capped recall@20"} <= set(headings)


def test_they_agree_with_the_metrics_of_an_evaluation():
    rng = np.random.default_rng(3)
    hits = rng.random((50, 20)) < 0.3
    n_relevant = hits.sum(axis=1) + rng.integers(1, 30, 50)
    sums, _ = list_sums(hits, n_relevant)
    np.testing.assert_allclose(of_lists("ndcg", 10, "liked").definition(hits[:, :10], n_relevant), sums[:, 0])
    np.testing.assert_allclose(of_lists("capped_recall", 20, "liked").definition(hits, n_relevant), sums[:, 1])
