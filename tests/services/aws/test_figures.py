"""One process at a time publishes what workers are scaled by; when it goes, another takes over."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection

from recommender.models import Job
from recommender.services import jobs
from recommender.services.aws import figures
from recommender.services.aws.figures import Publisher
from recommender.services.jobs import broker
from recommender.services.jobs.backlog import DEFAULT_SECONDS
from recommender.services.training.rating_arrays import adbc_uri
from tests.support import aws_server
from tests.support.aws_server import AwsServer
from tests.support.processes import PATIENCE, manage, wait_until

NAMESPACE = "movierec/movies"


@pytest.fixture(scope="module")
def aws() -> Iterator[AwsServer]:
    with aws_server.running() as running:
        yield running


@pytest.fixture(autouse=True)
def _where(settings: Any, tmp_path: Path) -> None:
    settings.CLOUDWATCH_NAMESPACE, settings.DATA_DIR = NAMESPACE, tmp_path


def published(aws: AwsServer, name: str) -> list[float]:
    """Return the values of a metric, the newest last."""
    now = datetime.now(UTC)
    found = aws.client("cloudwatch").get_metric_data(
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        MetricDataQueries=[
            {
                "Id": "wanted",
                "MetricStat": {
                    "Metric": {"Namespace": NAMESPACE, "MetricName": name},
                    "Period": 7200,
                    "Stat": "Maximum",
                },
            }
        ],
    )
    return list(found["MetricDataResults"][0]["Values"])


IS_LOCKED = """SELECT EXISTS (
    SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE locktype = 'advisory' AND granted AND datname = current_database()
      AND classid::bigint << 32 | objid::bigint = %s)"""


def is_locked(uri: str) -> bool:
    """Tell whether somebody holds the lock; taking it to see would make others find it taken."""
    with psycopg.connect(uri) as other:
        row = other.execute(IS_LOCKED, [figures.LOCK]).fetchone()
        assert row is not None
        return bool(row[0])


@pytest.mark.django_db(transaction=True)
def test_the_queued_seconds_of_all_kinds_are_published(aws: AwsServer) -> None:
    with broker.silenced():
        jobs.start(kind=Job.Kind.TITLE_INDEX)
        jobs.start(kind=Job.Kind.EVALUATE)
    publisher = Publisher()
    assert publisher.publish()
    publisher.close()
    assert published(aws, "QueuedSeconds") == [2 * DEFAULT_SECONDS]
    assert published(aws, "BusyWorkers") == published(aws, "FailedJobs") == [0.0]
    assert published(aws, "QueueAge")


@pytest.mark.django_db(transaction=True)
def test_one_process_publishes_until_it_goes(aws: AwsServer) -> None:
    uri = adbc_uri(connection.settings_dict)
    other = psycopg.connect(uri, autocommit=True)
    other.execute("SELECT pg_advisory_lock(%s)", [figures.LOCK])
    publisher = Publisher()
    assert not publisher.publish()
    other.close()
    assert wait_until(publisher.publish)
    assert is_locked(uri)
    publisher.close()
    assert wait_until(lambda: not is_locked(uri))


@pytest.mark.django_db(transaction=True)
def test_a_machine_that_vanishes_loses_the_lock(aws: AwsServer) -> None:
    publisher = Publisher()
    assert publisher.publish()
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_session_timeout")
        assert cursor.fetchone() == (f"{figures.RELEASED_AFTER // 60}min",)
    assert figures.RELEASED_AFTER > 2 * figures.INTERVAL
    publisher.close()


@pytest.mark.django_db(transaction=True)
def test_without_cloudwatch_it_lets_another_process_try(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws_server.KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert not Publisher().publish()
    assert wait_until(lambda: not is_locked(adbc_uri(connection.settings_dict)))


def test_the_age_of_the_last_good_drill_is_published_where_it_ran(tmp_path: Path) -> None:
    assert figures.of_this_machine() == {}
    result = tmp_path / "operations" / "drill.json"
    result.parent.mkdir()
    result.write_text(json.dumps({"ok": False, "last_good_at": None}))
    assert figures.of_this_machine() == {}
    a_day_ago = datetime.now(UTC) - timedelta(days=1)
    result.write_text(json.dumps({"ok": True, "last_good_at": a_day_ago.isoformat()}))
    age, unit = figures.of_this_machine()["RestoreDrillAge"]
    assert (age >= timedelta(days=1).total_seconds(), unit) == (True, "Seconds")


@pytest.mark.django_db(transaction=True)
def test_the_command_publishes_until_it_is_told_to_stop(aws: AwsServer) -> None:
    command = manage("publish_metrics", CLOUDWATCH_NAMESPACE=NAMESPACE, MOVIEREC_DATA_DIR=str(django_settings.DATA_DIR))
    assert wait_until(lambda: command.poll() is not None or is_locked(adbc_uri(connection.settings_dict)))
    command.terminate()
    said, errors = command.communicate(timeout=PATIENCE)
    assert command.returncode == 0, errors
    assert said.startswith("Published the figures of jobs")


def test_the_command_asks_for_a_namespace(settings: Any) -> None:
    settings.CLOUDWATCH_NAMESPACE = ""
    with pytest.raises(CommandError, match="CLOUDWATCH_NAMESPACE is empty; set it to a name for the metrics"):
        call_command("publish_metrics")
