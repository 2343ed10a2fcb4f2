"""Cancel, retry, hand back, recover: what people and accidents do to jobs."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from recommender.models import Job, JobChunk
from recommender.services import jobs
from recommender.services.jobs import recovery, shutdown, transitions
from recommender.services.jobs.chunks import claim
from recommender.services.jobs.progress import ChunkLost, JobCancelled, OnProgress, WorkerStopping
from recommender.services.jobs.stages import Outcome
from tests.support.factories import LONG_AGO
from tests.support.job_plans import nothing, now, one_stage, put_in_place, split_stage, start, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notified")]


@pytest.fixture
def three_parts(monkeypatch: pytest.MonkeyPatch) -> Job:
    """A queued job of three chunks that do nothing."""
    put_in_place(monkeypatch, split_stage("parts", 3, nothing))
    return start()


@pytest.fixture
def worker_told_to_stop() -> Iterator[None]:
    """A worker that got SIGTERM."""
    shutdown.request()
    yield
    shutdown.reset()


def claimed(job: Job, worker: str = "worker-1") -> JobChunk:
    chunk = claim(job_id=job.pk, worker=worker)
    assert chunk is not None
    return chunk


def make_stale(chunk: JobChunk) -> None:
    JobChunk.objects.filter(pk=chunk.pk).update(heartbeat_at=LONG_AGO)


def test_it_cancels_a_queued_job_at_once_and_never_runs_it(three_parts: Job) -> None:
    jobs.cancel(job_id=three_parts.pk)
    assert now(three_parts).state == Job.State.CANCELLED
    assert not jobs.run_chunk(job_id=three_parts.pk)


def test_it_cancels_between_chunks_at_once(three_parts: Job) -> None:
    jobs.run_chunk(job_id=three_parts.pk)
    jobs.cancel(job_id=three_parts.pk)
    assert now(three_parts).state == Job.State.CANCELLED


def test_a_running_chunk_is_asked_to_stop_and_nobody_takes_another(three_parts: Job) -> None:
    chunk = claimed(three_parts)
    jobs.cancel(job_id=three_parts.pk)
    assert now(three_parts).state == Job.State.CANCELLING
    assert not jobs.run_chunk(job_id=three_parts.pk)
    transitions.hand_back(chunk=chunk, why="Cancelled")
    assert now(three_parts).state == Job.State.CANCELLED


def test_a_chunk_that_finishes_after_a_cancellation_stays_finished(three_parts: Job) -> None:
    chunk = claimed(three_parts)
    jobs.cancel(job_id=three_parts.pk)
    transitions.succeed(chunk=chunk, outcome=Outcome())
    assert (now(three_parts).state, states(three_parts)) == ("cancelled", ["succeeded", "queued", "queued"])


def test_nothing_is_committed_after_a_cancellation(three_parts: Job) -> None:
    chunk = claimed(three_parts)
    jobs.cancel(job_id=three_parts.pk)

    def commit() -> dict[str, Any]:
        raise AssertionError("nobody should see this")

    with pytest.raises(JobCancelled):
        transitions.succeed(chunk=chunk, outcome=Outcome(commit=commit))


def test_it_leaves_a_finished_job_alone(three_parts: Job) -> None:
    jobs.run_here(job_id=three_parts.pk)
    jobs.cancel(job_id=three_parts.pk)
    assert now(three_parts).state == Job.State.SUCCEEDED
    with pytest.raises(jobs.JobRefused, match="is succeeded; only a job that failed"):
        jobs.retry(job_id=three_parts.pk)


def test_retry_goes_on_where_a_cancelled_job_stopped(three_parts: Job) -> None:
    jobs.run_chunk(job_id=three_parts.pk)
    jobs.cancel(job_id=three_parts.pk)
    jobs.retry(job_id=three_parts.pk)
    assert (now(three_parts).state, three_parts.finished_at) == ("queued", None)
    assert jobs.run_here(job_id=three_parts.pk).state == Job.State.SUCCEEDED
    assert set(three_parts.chunks.values_list("attempts", flat=True)) == {1}
    assert now(three_parts).attempts == 2


def test_retry_does_the_failed_chunk_again_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [True]

    def run(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        if chunk.number == 1 and broken:
            raise ValueError(f"Chunk {chunk.number} is bad.")
        return Outcome()

    put_in_place(monkeypatch, split_stage("parts", 3, run))
    job = jobs.run_here(job_id=start().pk)
    assert (job.state, states(job)) == ("failed", ["succeeded", "failed", "queued"])
    broken.clear()
    jobs.retry(job_id=job.pk)
    assert (now(job).state, job.error, job.traceback) == ("queued", "", "")
    assert jobs.run_here(job_id=job.pk).state == Job.State.SUCCEEDED
    assert list(job.chunks.order_by("number").values_list("attempts", flat=True)) == [1, 2, 1]


def test_retry_is_refused_while_the_same_is_being_done(three_parts: Job) -> None:
    jobs.cancel(job_id=three_parts.pk)
    start()
    with pytest.raises(jobs.JobRefused, match="another job of the same kind and arguments"):
        jobs.retry(job_id=three_parts.pk)


def test_a_chunk_that_still_runs_when_its_failed_job_is_retried_may_finish(three_parts: Job) -> None:
    slow, bad = claimed(three_parts), claimed(three_parts)
    transitions.fail(chunk=bad, error="Bad luck.")
    jobs.retry(job_id=three_parts.pk)
    assert now(three_parts).state == Job.State.RUNNING
    transitions.succeed(chunk=slow, outcome=Outcome())
    assert jobs.run_here(job_id=three_parts.pk).state == Job.State.SUCCEEDED


def test_a_retry_after_the_files_are_gone_begins_anew(three_parts: Job) -> None:
    jobs.run_chunk(job_id=three_parts.pk)
    jobs.cancel(job_id=three_parts.pk)
    Job.objects.filter(pk=three_parts.pk).update(has_outputs=True, finished_at=timezone.now() - timedelta(days=2))
    assert jobs.clean_up() == 1
    assert states(three_parts) == []
    jobs.retry(job_id=three_parts.pk)
    assert jobs.run_here(job_id=three_parts.pk).state == Job.State.SUCCEEDED
    assert states(three_parts) == ["succeeded"] * 3


def test_lost_chunks_are_queued_again_and_announced(
    three_parts: Job, notified: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    lost, alive = claimed(three_parts), claimed(three_parts)
    make_stale(lost)
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.recover() == 1
    assert states(three_parts) == ["queued", "running", "queued"]
    assert notified == [three_parts.pk]
    alive.refresh_from_db()
    assert alive.losses == 0


def test_a_message_that_was_lost_is_sent_again_once(
    three_parts: Job, notified: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    three_parts.chunks.update(heartbeat_at=LONG_AGO)
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.recover() == 3
        assert jobs.recover() == 0
    assert notified == [three_parts.pk] * 3


def test_a_lost_worker_ends_a_job_that_is_to_stop(three_parts: Job) -> None:
    make_stale(claimed(three_parts))
    jobs.cancel(job_id=three_parts.pk)
    assert jobs.recover() == 0
    assert now(three_parts).state == Job.State.CANCELLED


def test_the_end_of_an_attempt_that_was_given_up_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    committed: list[str] = []

    def commit() -> dict[str, Any]:
        committed.append("seen")
        return {}

    put_in_place(monkeypatch, one_stage(nothing))
    job = start()
    late = claimed(job)
    make_stale(late)
    jobs.recover()
    in_time = claimed(job, "worker-2")
    with pytest.raises(ChunkLost):
        transitions.succeed(chunk=late, outcome=Outcome(commit=commit))
    transitions.fail(chunk=late, error="Too late.")
    transitions.hand_back(chunk=late, why="Too late")
    assert (now(job).state, committed) == (Job.State.RUNNING, [])
    transitions.succeed(chunk=in_time, outcome=Outcome(commit=commit))
    assert (now(job).state, committed) == (Job.State.SUCCEEDED, ["seen"])


def test_a_chunk_that_kills_its_workers_fails_the_job_in_the_end(three_parts: Job) -> None:
    for _ in range(recovery.MAX_LOSSES):
        assert now(three_parts).state in (Job.State.QUEUED, Job.State.RUNNING)
        make_stale(claimed(three_parts))
        jobs.recover()
    assert now(three_parts).state == Job.State.FAILED
    assert three_parts.error.startswith("Parts: chunk 1 has lost its worker 3 times, the last time worker-1. Most")


def test_nobody_is_blamed_when_everything_was_stopped(three_parts: Job) -> None:
    for _ in range(5):
        claimed(three_parts)
        jobs.recover(lost_after=timedelta(0))
    assert now(three_parts).state == Job.State.QUEUED
    assert three_parts.chunks.get(number=0).losses == 0


def test_a_worker_that_stops_hands_its_chunk_back_and_notifies_another(
    monkeypatch: pytest.MonkeyPatch, notified: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    def interrupted(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        raise WorkerStopping

    put_in_place(monkeypatch, one_stage(interrupted))
    job = start()
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.run_chunk(job_id=job.pk, worker="worker-1")
    assert (now(job).state, states(job), notified) == ("queued", ["queued"], [job.pk])
    assert job.log_lines.last().text.endswith("handed back by worker-1.")


def test_a_worker_that_stops_claims_nothing_and_notifies_another(
    three_parts: Job, worker_told_to_stop: None, notified: list[int]
) -> None:
    assert not jobs.run_chunk(job_id=three_parts.pk)
    assert (states(three_parts), notified) == (["queued"] * 3, [three_parts.pk])


def test_a_database_that_goes_away_does_not_fail_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        raise OperationalError("the connection is closed")

    put_in_place(monkeypatch, one_stage(cut_off))
    job = start()
    jobs.run_chunk(job_id=job.pk)
    assert now(job).state == Job.State.RUNNING
    put_in_place(monkeypatch, one_stage(nothing))
    job.chunks.update(heartbeat_at=LONG_AGO)
    assert jobs.recover() == 1
    assert jobs.run_here(job_id=job.pk).state == Job.State.SUCCEEDED


def test_a_database_without_room_fails_the_job_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_room(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$")
        return Outcome()

    put_in_place(monkeypatch, one_stage(out_of_room))
    job = start()
    jobs.run_chunk(job_id=job.pk)
    assert now(job).state == Job.State.FAILED
    assert job.error.startswith("The disk of PostgreSQL is full (could not extend file")


def test_after_a_restore_a_job_starts_over_and_one_that_was_to_be_cancelled_is(three_parts: Job) -> None:
    jobs.run_chunk(job_id=three_parts.pk)
    claimed(three_parts)
    jobs.start_over(job_id=three_parts.pk)
    assert (now(three_parts).state, now(three_parts).stage) == (Job.State.QUEUED, 0)
    assert states(three_parts) == ["queued"] * 3
    claimed(three_parts)
    jobs.cancel(job_id=three_parts.pk)
    jobs.start_over(job_id=three_parts.pk)
    assert now(three_parts).state == Job.State.CANCELLED
    assert not three_parts.chunks.exists()
