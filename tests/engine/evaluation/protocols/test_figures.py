"""Figures of several rounds: means, paired intervals, and tables."""

import numpy as np
import pytest

from recommender.engine.evaluation.protocols.figures import figures
from recommender.engine.evaluation.protocols.markdown import tables
from recommender.engine.evaluation.protocols.measures import INTERVALS, RMSE, of_lists
from recommender.engine.evaluation.protocols.sums import Measured, Sums

NDCG = of_lists("ndcg", 10, "rated")


def measured(*rounds, condition=""):
    """Rounds of (rater, numerators, denominators) each."""
    parts = []
    for rows in rounds:
        raters, tops, bottoms = (list(each) for each in zip(*rows, strict=True))
        sums = Sums(np.array(raters, dtype=np.int32), np.array(tops, dtype=float), np.array(bottoms, dtype=float))
        parts.append(Measured({condition: sums}, 2.0))
    return parts


def test_a_figure_is_the_mean_over_rounds_and_rmse_is_rooted_first():
    rounds = measured([(0, [4.0, 1.0], [1, 1]), (1, [8.0, 0.5], [2, 1])], [(0, [1.0, 0.0], [1, 1])])
    outcome = figures({"a": rounds}, [RMSE, NDCG], ["a"])
    assert outcome.algorithms["a"][""]["rmse"].mean == pytest.approx((2 + 1) / 2)
    assert outcome.algorithms["a"][""][NDCG.name].mean == pytest.approx((0.75 + 0) / 2)
    assert outcome.n_raters == {"": 2}
    assert outcome.seconds == {"a": 4.0}


def test_differences_are_paired_over_raters():
    """Raters differ far more from one another than the two algorithms do on any of them."""
    rng = np.random.default_rng(0)
    level = rng.random(200)
    one = measured([(n, [level[n] + 0.01], [1]) for n in range(200)])
    other = measured([(n, [level[n]], [1]) for n in range(200)])
    outcome = figures({"a": one, "b": other}, [NDCG], ["b"], seed=1)
    figure = outcome.algorithms["a"][""][NDCG.name]
    assert figure.high - figure.low > 0.05
    difference = outcome.differences["b"]["a"][""][NDCG.name]
    assert (difference.low, difference.high) == (pytest.approx(0.01), pytest.approx(0.01))
    assert list(outcome.differences["b"]) == ["a"]


def test_what_no_rater_defines_is_missing():
    outcome = figures({"a": measured([(0, [0.0, 1.0], [0, 1])])}, [RMSE, NDCG], [])
    assert list(outcome.algorithms["a"][""]) == [NDCG.name]
    assert "–" in tables(outcome, [RMSE, NDCG])


def test_a_round_without_a_value_does_not_count():
    rounds = measured([(0, [0.5], [1])], [(0, [0.0], [0])])
    assert figures({"a": rounds}, [NDCG], []).algorithms["a"][""][NDCG.name].mean == 0.5


def test_tables_mark_the_best_and_what_is_better_beyond_chance():
    a = measured([(n, [0.25, 0.9, 0.7], [1, 1, 1]) for n in range(30)])
    b = measured([(n, [1.0, 0.5, 0.8], [1, 1, 1]) for n in range(30)])
    shown = tables(figures({"a": a, "b": b}, [RMSE, NDCG, INTERVALS], ["b"]), [RMSE, NDCG, INTERVALS]).splitlines()
    assert shown[0] == "| algorithm | RMSE | nDCG@10 | Held by 80 % intervals |"
    assert shown[2] == "| `a` | **0.5000 ± 0.0000** | **0.9000 ± 0.0000** | 0.7000 ± 0.0000 |"
    assert shown[3] == "| `b` | 1.0000 ± 0.0000 | 0.5000 ± 0.0000 | 0.8000 ± 0.0000 |"
    assert shown[5].startswith("| minus `b` |")
    assert shown[7] == "| `a` | **−0.5000 ± 0.0000** | **+0.4000 ± 0.0000** | −0.1000 ± 0.0000 |"


def test_several_conditions_are_columns():
    parts = measured([(0, [0.5], [1])], condition="0 in time")
    more = [Measured(dict(each.conditions) | {"5 in time": each.conditions["0 in time"]}, 1.0) for each in parts]
    shown = tables(figures({"a": more}, [NDCG], []), [NDCG])
    assert shown.splitlines()[0] == "| nDCG@10 | 0 in time | 5 in time |"
