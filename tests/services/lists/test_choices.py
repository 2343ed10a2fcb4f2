"""The algorithms to compare: the best figures first, those never measured by preference."""

from pathlib import Path

import pytest

from recommender.models import ModelVersion
from recommender.services.lists.choices import compared
from tests.support.sample_site import put_in_service, store_movies

pytestmark = pytest.mark.django_db


def test_the_best_figures_come_first(tmp_path: Path) -> None:
    store_movies()
    for name in ("median", "mean", "als", "als_plain", "hybrid"):
        put_in_service(name, tmp_path)
    assert [row.choice.name for row in compared()] == ["hybrid", "als", "median", "mean", "als_plain"]
    for name, figure in {"mean": 0.2, "als_plain": 0.1, "als": 0.3}.items():
        metrics = {"ndcg_10": {"mean": figure, "low": 0, "high": 1}, "rmse": {"mean": 0.9, "low": 0, "high": 1}}
        ModelVersion.objects.filter(algorithm=name).update(metrics=metrics)
    rows = compared()
    assert [row.choice.name for row in rows] == ["als", "mean", "als_plain", "hybrid", "median"]
    assert [row.ndcg_10 for row in rows] == [0.3, 0.2, 0.1, None, None]
    assert [row.rmse for row in rows] == [0.9, 0.9, 0.9, None, None]
    assert [row.choice.name for row in rows if row.choice.for_teaching] == ["als_plain"]
