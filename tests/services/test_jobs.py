"""Jobs as rows: claimed once, followed, cancelled, recovered."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from recommender.models import Job
from recommender.services import job_kinds, jobs
from recommender.services.progress import JobCancelled, OnProgress
from tests.factories import make_job

pytestmark = pytest.mark.django_db
Rung = list[int]
SetRunner = Callable[[job_kinds.Runner], None]


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> Rung:
    """The ids that the broker was given."""
    ids: Rung = []
    monkeypatch.setattr(jobs.current_app, "send_task", lambda name, args: ids.extend(args))
    return ids


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> SetRunner:
    """Replace what a title index job does."""
    return lambda run: monkeypatch.setitem(job_kinds.RUNNERS, Job.Kind.TITLE_INDEX, run)


def state_of(job: Job) -> str:
    job.refresh_from_db()
    return job.state


def test_it_rings_only_after_the_row_is_committed(rung: Rung, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.start(kind=Job.Kind.TITLE_INDEX)
        assert rung == []
    assert rung == [job.pk]


def test_it_keeps_the_job_when_the_broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(jobs.current_app, "send_task", away)
    job = make_job()
    jobs.ring(job_id=job.pk)
    assert state_of(job) == Job.State.QUEUED


def test_it_runs_a_job_once_however_often_the_bell_rings(runner: SetRunner) -> None:
    runs: list[int] = []
    runner(lambda job, on_progress: runs.append(job.pk) or {"found": 3})
    job = make_job()
    jobs.run(job_id=job.pk, worker="worker-1")
    jobs.run(job_id=job.pk)
    assert runs == [job.pk]
    job.refresh_from_db()
    assert (job.state, job.progress, job.result, job.worker, job.attempts) == (
        Job.State.SUCCEEDED, 1, {"found": 3}, "worker-1", 1,
    )  # fmt: skip


def test_it_keeps_the_error_and_the_traceback(runner: SetRunner) -> None:
    def broken(job: Job, on_progress: OnProgress) -> dict[str, Any]:
        raise ValueError("ratings.csv, line 17: no.")

    runner(broken)
    job = make_job()
    jobs.run(job_id=job.pk)
    assert state_of(job) == Job.State.FAILED
    assert job.error == "ratings.csv, line 17: no."
    assert "in broken" in job.traceback


def test_it_ends_as_cancelled_when_the_work_stops_for_it(runner: SetRunner) -> None:
    def stopped(job: Job, on_progress: OnProgress) -> dict[str, Any]:
        raise JobCancelled

    runner(stopped)
    job = make_job()
    jobs.run(job_id=job.pk)
    assert state_of(job) == Job.State.CANCELLED


def test_it_cancels_a_queued_job_at_once_and_never_runs_it(runner: SetRunner) -> None:
    runner(lambda job, on_progress: {"ran": True})
    job = make_job()
    jobs.cancel(job_id=job.pk)
    jobs.run(job_id=job.pk)
    assert state_of(job) == Job.State.CANCELLED
    assert job.result is None


def test_it_asks_a_running_job_to_stop() -> None:
    job = make_job(state=Job.State.RUNNING, started_at=timezone.now())
    jobs.cancel(job_id=job.pk)
    assert state_of(job) == Job.State.CANCELLING


def test_it_leaves_a_finished_job_alone() -> None:
    job = make_job(state=Job.State.SUCCEEDED, started_at=timezone.now(), finished_at=timezone.now())
    jobs.cancel(job_id=job.pk)
    assert state_of(job) == Job.State.SUCCEEDED


def test_it_queues_lost_jobs_again(rung: Rung, django_capture_on_commit_callbacks: Any) -> None:
    now = timezone.now()
    lost = make_job(state=Job.State.RUNNING, started_at=now, attempts=1)
    waiting = make_job()
    alive = make_job(state=Job.State.RUNNING, started_at=now, heartbeat_at=now)
    stopping = make_job(state=Job.State.CANCELLING, started_at=now)
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.recover() == 2
    assert rung == [lost.pk, waiting.pk]
    assert [state_of(job) for job in (lost, waiting, alive, stopping)] == ["queued", "queued", "running", "cancelled"]


def test_it_ignores_the_end_of_an_attempt_that_was_given_up(runner: SetRunner) -> None:
    def slow(job: Job, on_progress: OnProgress) -> dict[str, Any]:
        jobs.recover(lost_after=timedelta(0))
        Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, attempts=2)
        return {"late": True}

    runner(slow)
    job = make_job()
    jobs.run(job_id=job.pk)
    assert state_of(job) == Job.State.RUNNING
    assert job.result is None


def test_following_a_failed_job_raises_its_error() -> None:
    job = make_job(state=Job.State.FAILED, finished_at=timezone.now(), error="There are no ratings.")
    with pytest.raises(jobs.JobFailed, match="There are no ratings"):
        list(jobs.follow(job_id=job.pk))
