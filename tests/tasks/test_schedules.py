"""What a schedule starts: through a real beat process, once, and only what the admin has left enabled."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from movierec_site.celery import app as celery_app
from recommender.models import Job
from recommender.services.training.rating_arrays import adbc_uri
from recommender.tasks import jobs as tasks
from tests.support.processes import wait_until
from tests.tasks.conftest import ROOT, Workers

offer = import_module("recommender.migrations.0011_schedules").offer
RETRAIN = "Nightly retrain"


@pytest.fixture
def beat(tmp_path: Path, transactional_db: None) -> Iterator[Path]:
    """A scheduler on the test's database, as `make run` starts it; its log."""
    offer(apps, None)
    environment = os.environ | {
        "DATABASE_URL": adbc_uri(connection.settings_dict),
        "SECRET_KEY": settings.SECRET_KEY,
        "MOVIEREC_DATA_DIR": str(settings.DATA_DIR),
    }
    command = [sys.executable, "-m", "celery", "-A", "movierec_site", "beat", "--pidfile", "", "--loglevel", "INFO"]
    with (
        (tmp_path / "beat.log").open("wb") as out,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out) as process,
    ):
        try:
            yield tmp_path / "beat.log"
        finally:
            process.terminate()


def schedule(**arguments: object) -> PeriodicTask:
    """Write down a job that is due now, and every hour after that."""
    hourly, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.HOURS)
    return PeriodicTask.objects.create(
        name="Soon",
        interval=hourly,
        last_run_at=timezone.now() - timedelta(hours=2),
        task="recommender.tasks.jobs.start_job",
        kwargs=json.dumps(arguments),
    )


@pytest.mark.slow
def test_a_schedule_that_is_due_makes_one_job(workers: Workers, beat: Path) -> None:
    workers.start()
    assert wait_until(lambda: "beat: Starting" in beat.read_text())
    schedule(kind="train", arguments={"algorithm": "mean", "hyperparameters": {}})
    assert wait_until(Job.objects.exists), beat.read_text() + workers.log_of(workers.processes[0])
    job = Job.objects.get()
    assert (job.kind, job.arguments) == (Job.Kind.TRAIN, {"algorithm": "mean"})


@pytest.mark.django_db
def test_a_job_that_waits_is_not_started_again() -> None:
    for _ in range(2):
        tasks.start_job("train", {"algorithm": "mean"})
    assert Job.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "arguments", "sentence"),
    [
        ("trian", None, "There is no kind of job called 'trian': choose from import"),
        ("train", None, "algorithm is missing; it must be one of median"),
        ("train", {"algorithm": "als", "rank": 3}, "A job of kind train has no rank: choose from algorithm"),
        ("retrain", {"seed": 1}, "A job of kind retrain has no seed: it takes no arguments"),
        ("import", {}, "path is missing; it must be the folder or zip of a MovieLens release"),
        ("tune", {"algorithm": "als"}, "A tuning needs a budget: give n_trials or seconds"),
        ("tune", {"algorithm": "als", "n_trials": 0}, "n_trials is 0; it must be a whole number of at least 1"),
    ],
)
def test_a_wrong_schedule_is_told_to_the_log(
    kind: str, arguments: dict[str, object] | None, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    tasks.start_job(kind, arguments)
    assert sentence in caplog.text
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_nightly_retrain_is_offered_and_housekeeping_is_on() -> None:
    PeriodicTask.objects.all().delete()
    offer(apps, None)
    offered = dict(PeriodicTask.objects.values_list("name", "enabled"))
    daily = ("Forget old impressions", "Remove old model versions", "Clean up after jobs")
    assert offered == {RETRAIN: False} | dict.fromkeys(daily, True)
    celery_app.loader.import_default_modules()
    for row in PeriodicTask.objects.all():
        celery_app.tasks[row.task](**json.loads(row.kwargs))  # all can be run as they are
    assert Job.objects.get().kind == Job.Kind.RETRAIN


@pytest.mark.django_db
def test_what_an_admin_has_changed_stays() -> None:
    PeriodicTask.objects.all().delete()
    offer(apps, None)
    PeriodicTask.objects.update(enabled=False)
    PeriodicTask.objects.filter(name=RETRAIN).update(enabled=True, kwargs='{"kind": "snapshot"}')
    before = list(PeriodicTask.objects.order_by("pk").values())
    offer(apps, None)
    assert list(PeriodicTask.objects.order_by("pk").values()) == before
