"""Alerts and the dashboard name only metrics that exist, and every alert has a section that says what to do."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from recommender.models import DriftReport, Job
from recommender.services import metrics
from tests.support.factories import make_chunk, make_job, make_model_version
from tests.views.test_metrics import write_operations

ROOT = Path(__file__).resolve().parent.parent
RULES = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((ROOT / "deploy/grafana/movierec.json").read_text())
PAGE = (ROOT / "docs/operations/alarms.md").read_text()
METRIC = re.compile(r"\bmovierec_[a-z_]+")
ONLY_WITH_FORECASTS = {"movierec_job_forecast_error_ratio"}
EXPRESSIONS = [rule["expr"] for rule in RULES]
EXPRESSIONS += [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


@pytest.fixture
def exported(db: None, settings: Any, tmp_path: Path) -> set[str]:
    """The names of all samples of a site that has something of everything."""
    now = timezone.now()
    settings.DATA_DIR = tmp_path
    write_operations(tmp_path, "backup", "drill")
    done = {"started_at": now - timedelta(seconds=9), "finished_at": now}
    make_job(kind=Job.Kind.TRAIN, state=Job.State.FAILED, error="no", **done)
    make_chunk()
    make_model_version(state="active", activated_at=now, metrics={"rmse": {"mean": 1}})
    figure = {"name": "bias", "label": "Bias", "value": 1, "outside": True, "sentence": "So it is."}
    DriftReport.objects.create(figures=[figure])
    for histogram in (metrics.FOLD_IN_SECONDS, metrics.RANKING_SECONDS, metrics.MODEL_LOAD_SECONDS):
        histogram.labels("als").observe(0.01)
    metrics.LISTS.labels("als").inc()
    Client().get("/api/v1/search?q=matrix")
    text = Client().get("/metrics").content.decode()
    return {sample.name for family in text_string_to_metric_families(text) for sample in family.samples}


def test_every_metric_that_is_named_exists(exported: set[str]) -> None:
    named = {name for expression in EXPRESSIONS for name in METRIC.findall(expression)}
    assert len(named) > 20
    assert named - ONLY_WITH_FORECASTS <= exported
    source = (ROOT / "recommender/services/monitoring/figures.py").read_text()
    assert all(f'"{name}"' in source for name in ONLY_WITH_FORECASTS)


def test_every_figure_is_on_the_dashboard_or_in_an_alert(exported: set[str]) -> None:
    named = METRIC.findall(" ".join(EXPRESSIONS))
    families = {re.sub(r"_(total|bucket|sum|count|created)$", "", name) for name in exported if "movierec_" in name}
    assert [family for family in sorted(families) if not any(name.startswith(family) for name in named)] == []


def test_every_alert_has_its_section_and_every_section_its_alert() -> None:
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    anchors = {f"docs/operations/alarms.md#{heading.lower().replace(' ', '-')}" for heading in headings}
    assert len(anchors) == len(headings) == len(RULES)
    assert {rule["annotations"]["runbook"] for rule in RULES} == anchors


def test_alerts_and_panels_are_whole() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names)
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith(".")
        assert re.fullmatch(r"\d+[mh]", rule["for"])
    for expression in EXPRESSIONS:
        assert all(expression.count(a) == expression.count(b) for a, b in ("()", "{}", "[]"))
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
