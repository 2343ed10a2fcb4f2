"""/healthz and /readyz: what a load balancer sees, also when the database is away."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from recommender.models import Worker
from recommender.services.jobs import broker
from tests.support.factories import make_model_version
from tests.support.web_server import serving

HTTPS_OF_ANOTHER_NAME = {"HTTPS": "1", "ALLOWED_HOSTS": "movies.example.org"}
JSON_LINES = {"LOG_FORMAT": "json", "WEB_ACCESS_LOG": "1"}
THROUGH_A_PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
NOBODY_THERE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def broker_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "is_reachable", lambda: True)


def test_a_process_without_its_database_is_alive_but_not_ready(tmp_path: Path) -> None:
    with serving(NOBODY_THERE, tmp_path, **HTTPS_OF_ANOTHER_NAME, **JSON_LINES, TRUST_PROXY="1") as server:
        alive, ready, figures = (
            server.get("/healthz"),
            server.get("/readyz"),
            server.get("/metrics", X_Forwarded_For="127.0.0.1"),
        )
        page = server.get("/", **THROUGH_A_PROXY)
    assert (alive.status, alive.text) == (200, "ok\n")
    assert ready.status == 503
    assert ready.json["checks"]["database"]["state"] == "failed"
    assert "movierec_database_up 0.0" in figures.text
    assert page.status == 400  # everything else asks for its own name and TLS
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert {"timestamp", "level", "logger", "message"} <= set.intersection(*(set(line) for line in lines))
    about_the_page = [line for line in lines if line.get("request") == "GET /"]
    assert [line["message"] for line in about_the_page] == ["request_started", "request_finished"]
    assert len({line["request_id"] for line in about_the_page}) == 1


def test_alive_touches_nothing(settings: Any, django_assert_num_queries: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["movies.example.org"]
    answer = Client().get("/healthz", headers={"host": "10.0.0.7"})  # no database fixture: a query would fail
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert not answer.cookies
    assert Client().post("/healthz").status_code == 405


@pytest.mark.usefixtures("db", "broker_answers")
def test_an_empty_site_is_ready_and_says_that_no_worker_was_there() -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    checks = answer.json()["checks"]
    assert {name: check["state"] for name, check in checks.items()} == {
        "database": "ok", "models": "ok", "workers": "warning", "broker": "ok"
    }  # fmt: skip


@pytest.mark.usefixtures("db", "broker_answers")
def test_it_is_ready_once_the_models_in_service_are_loaded() -> None:
    make_model_version(state="active", activated_at=timezone.now())
    Worker.objects.create(name="worker@here")
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"]["workers"]["seconds_ago"] < 60
    assert {check["state"] for check in answer.json()["checks"].values()} == {"ok"}


@pytest.mark.usefixtures("db", "broker_answers")
def test_it_is_not_ready_with_a_model_that_cannot_be_loaded() -> None:
    make_model_version(state="active", activated_at=timezone.now(), artifact_sha256="0" * 64)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["models"] == {
        "state": "failed", "sentence": "Cannot be loaded: als; see the log for why."
    }  # fmt: skip


@pytest.mark.usefixtures("db")
def test_workers_and_a_broker_that_are_away_are_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    Worker.objects.create(name="worker@gone", seen_at=timezone.now() - timedelta(hours=1))
    monkeypatch.setattr(broker, "is_reachable", lambda: False)
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    checks = answer.json()["checks"]
    assert (checks["workers"]["state"], checks["broker"]["state"]) == ("warning", "warning")


def test_a_broker_that_does_not_answer_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "_asked", (float("-inf"), False))
    assert broker.is_reachable()  # the folder of the embedded set-up
    nobody = broker.current_app.connection_for_write("redis://127.0.0.1:1/0")
    monkeypatch.setattr(broker.current_app, "connection_for_write", lambda **_: nobody)
    assert broker.is_reachable()  # it is not asked again so soon
    monkeypatch.setattr(broker, "_asked", (float("-inf"), False))
    assert not broker.is_reachable()
