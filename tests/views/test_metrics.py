"""/metrics: sums over web processes, figures of the database, and who may read them."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from recommender.models import DayCount, Job, JobChunk, Movie, Worker
from recommender.services.monitoring import day_counts
from recommender.services.ratings import ratings
from recommender.services.ratings.ratings import rater_of
from recommender.services.training.rating_arrays import adbc_uri
from tests.support.factories import make_chunk, make_job, make_model_version, make_movie, make_rating, make_user
from tests.support.processes import wait_until
from tests.support.web_server import WebServer, serving

LISTS = "/api/v1/recommendations?algorithm=als"
N_LISTS = 30


def samples(text: str) -> dict[str, float]:
    """Return every sample by its name and labels, as Prometheus reads them."""
    return {
        f"{sample.name}{json.dumps(sample.labels, sort_keys=True)}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def pids_of(counts: Path) -> set[str]:
    return {file.stem.rpartition("_")[2] for file in counts.glob("counter_*.db")}


def write_operations(data_dir: Path, *names: str) -> None:
    """Write down how a backup or a drill went, as their commands do."""
    (data_dir / "operations").mkdir()
    for name in names:
        result = {"finished_at": "2026-11-20T03:00:00+00:00", "ok": True, "seconds": 61.5}
        (data_dir / "operations" / f"{name}.json").write_text(json.dumps(result))


def key(name: str, /, **labels: str) -> str:
    return f"{name}{json.dumps(labels, sort_keys=True)}"


@pytest.fixture
def processes(tmp_path: Path, transactional_db: None) -> Iterator[tuple[WebServer, str]]:
    """A site with two web processes, and the cookie of a member."""
    for movie_id in (1, 2):
        make_movie(movie_id)
    make_model_version(state="active", activated_at=timezone.now())
    alice = make_user("alice")
    make_rating(rater_of(alice), Movie.objects.get(pk=1))
    client = Client()
    client.force_login(alice, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    cookie = f"{django_settings.SESSION_COOKIE_NAME}={client.cookies[django_settings.SESSION_COOKIE_NAME].value}"
    counts = tmp_path / "counts"
    counts.mkdir()
    more = {"WEB_WORKERS": "2", "WEB_THREADS": "2", "HTTPS": "0", "PROMETHEUS_MULTIPROC_DIR": str(counts)}
    with serving(adbc_uri(connection.settings_dict), tmp_path, **more) as server:
        yield server, cookie


def test_what_two_web_processes_count_is_added_up(processes: tuple[WebServer, str], tmp_path: Path) -> None:
    server, cookie = processes

    def ask(_: int) -> int:
        return server.get(LISTS, Cookie=cookie).status

    asked, found = 0, dict[str, float]()

    def both_have_counted() -> bool:
        nonlocal asked
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(ask, range(N_LISTS))) == {200}
        asked += N_LISTS
        found.update(samples(server.get("/metrics").text))
        return found[key("movierec_model_load_seconds_count", algorithm="als")] == 2  # once in each process

    assert wait_until(both_have_counted)
    assert len(pids_of(tmp_path / "counts")) == 3  # the main process counts, too, though never more than nothing
    route = "api/v1/recommendations"
    assert found[key("movierec_lists_served_total", algorithm="als")] == asked
    assert found[key("movierec_responses_total", route=route, status="200")] == asked
    assert found[key("movierec_request_seconds_count", route=route, method="GET")] == asked
    assert found[key("movierec_request_seconds_bucket", route=route, method="GET", le="+Inf")] == asked
    assert found[key("movierec_fold_in_seconds_count", algorithm="als")] == asked
    assert found[key("movierec_ranking_seconds_count", algorithm="als")] == asked
    assert found[key("movierec_queries_total", route=route)] >= 2 * asked
    assert server.get("/metrics", X_Forwarded_For="203.0.113.5").status == 403


def test_the_database_says_how_jobs_and_models_are(db: None, settings: Any, tmp_path: Path) -> None:
    now = timezone.now()
    took = {"started_at": now - timedelta(seconds=40), "finished_at": now}
    done = make_job(kind=Job.Kind.SIMILAR_MOVIES, state=Job.State.SUCCEEDED, **took)
    make_chunk(job=done, stage_name="compare", state=JobChunk.State.SUCCEEDED, **took)
    make_job(kind=Job.Kind.TRAIN, state=Job.State.FAILED, error="no", **took)
    waiting = make_job(kind=Job.Kind.SIMILAR_MOVIES)
    for number in (0, 1, 2):
        make_chunk(job=waiting, stage_name="compare", number=number)
    version = make_model_version(state="active", activated_at=now, metrics={"rmse": {"mean": 0.8}})
    Worker.objects.create(name="worker@here")
    settings.DATA_DIR = tmp_path
    write_operations(tmp_path, "drill")
    found = samples(Client().get("/metrics").content.decode())
    assert found[key("movierec_queued_seconds", kind="similar_movies")] == 120
    assert found[key("movierec_jobs_finished_total", kind="train", state="failed")] == 1
    assert found[key("movierec_job_seconds_total", kind="similar_movies")] == 40
    assert found[key("movierec_jobs", kind="similar_movies", state="queued")] == 1
    assert found[key("movierec_chunks", state="queued")] == 3
    assert found[key("movierec_workers")] == 1
    assert 0 <= found[key("movierec_model_age_seconds", algorithm="als")] < 600
    assert found[key("movierec_model_quality", algorithm="als", metric="rmse")] == 0.8
    assert found[key("movierec_artifact_bytes")] == version.artifact_size
    assert found[key("movierec_last_run_timestamp_seconds", name="drill")] == 1795143600
    assert found[key("movierec_last_run_ok", name="drill")] == 1
    assert key("movierec_last_run_ok", name="backup") not in found
    assert found[key("movierec_database_up")] == 1


@pytest.mark.parametrize("written", ["", "[]", "{}", '{"finished_at": "yesterday", "ok": true}'])
def test_a_damaged_result_of_a_backup_is_none(db: None, settings: Any, tmp_path: Path, written: str) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations" / "backup.json").write_text(written)
    assert "movierec_last_run_ok{" not in Client().get("/metrics").content.decode()


@pytest.mark.parametrize(
    ("address", "sent", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("203.0.113.5", {}, 403),
        ("203.0.113.5", {"Authorization": "Bearer sesame"}, 200),
        ("203.0.113.5", {"Authorization": "Bearer wrong"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.5"}, 403),
        ("", {}, 403),
    ],
)
def test_metrics_are_for_those_who_may_read_them(
    db: None, settings: Any, address: str, sent: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN = "sesame"
    answer = Client(REMOTE_ADDR=address).get("/metrics", headers=sent)
    assert answer.status_code == status
    if status == 403:
        assert "METRICS_TOKEN" in answer.content.decode()


def test_without_a_token_no_token_opens_them(db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    answer = Client(REMOTE_ADDR="203.0.113.5").get("/metrics", headers={"Authorization": "Bearer "})
    assert answer.status_code == 403


def test_counts_are_added_to_the_day(transactional_db: None) -> None:
    day_counts.save()
    DayCount.objects.all().delete()
    alice, movie = rater_of(make_user("alice")), make_movie(1)
    ratings.rate(rater=alice, movie=movie, half_stars=7)
    ratings.rate(rater=alice, movie=movie, half_stars=8)
    day_counts.save()
    day_counts.save()
    day_counts.add({"ratings": 3, "lists": 1})
    counted = dict(DayCount.objects.values_list("name", "count"))
    assert counted == {"ratings": 5, "lists": 1}
    assert list(DayCount.objects.values_list("day", flat=True).distinct()) == [timezone.now().date()]
