"""Queued seconds are queued chunks times what chunks of the same stage have taken in earlier jobs of the kind."""

from datetime import timedelta

import pytest
from django.utils import timezone

from recommender.models import Job, JobChunk
from recommender.services.jobs import backlog
from recommender.services.jobs.backlog import DEFAULT_SECONDS

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def a_job(kind: Job.Kind, state: Job.State = Job.State.SUCCEEDED, **fields: object) -> Job:
    finished = {"finished_at": NOW} if state in Job.FINISHED else {}
    error = {"error": "It failed."} if state == Job.State.FAILED else {}
    number = Job.objects.count()
    known = {"arguments": {"n": number}, "started_at": NOW, "heartbeat_at": NOW}
    return Job.objects.create(kind=kind, state=state, **known | finished | error | fields)


def done(job: Job, *seconds: float, stage: str = "compare") -> None:
    for number, each in enumerate(seconds):
        JobChunk.objects.create(
            job=job, stage=1, stage_name=stage, number=number, state=JobChunk.State.SUCCEEDED, progress=1, attempts=1,
            started_at=NOW - timedelta(seconds=each), finished_at=NOW,
        )  # fmt: skip


def queued(job: Job, n: int, *, stage: str = "compare", number: int = 100) -> None:
    JobChunk.objects.bulk_create(
        JobChunk(job=job, stage=1, stage_name=stage, number=number + each) for each in range(n)
    )


def test_nothing_is_queued_of_any_kind() -> None:
    done(a_job(Job.Kind.TRAIN), 5, 5)
    assert backlog.queued_seconds() == dict.fromkeys(Job.Kind.values, 0.0)


def test_it_is_the_number_of_chunks_times_their_mean_time() -> None:
    done(a_job(Job.Kind.SIMILAR_MOVIES), 4, 8)
    done(a_job(Job.Kind.SIMILAR_MOVIES), 60, stage="snapshot")
    done(a_job(Job.Kind.EVALUATE), 1000)
    queued(a_job(Job.Kind.SIMILAR_MOVIES, Job.State.RUNNING), 3)
    found = backlog.queued_seconds()
    assert found["similar_movies"] == pytest.approx(18)
    assert sum(found.values()) == pytest.approx(18)


def test_chunks_that_were_never_measured_count_with_the_default() -> None:
    done(a_job(Job.Kind.SIMILAR_MOVIES), 4)
    queued(a_job(Job.Kind.SIMILAR_MOVIES, Job.State.RUNNING), 2, stage="put together")
    queued(a_job(Job.Kind.TUNE, Job.State.QUEUED), 1)
    found = backlog.queued_seconds()
    assert (found["similar_movies"], found["tune"]) == (2 * DEFAULT_SECONDS, DEFAULT_SECONDS)


def test_only_recent_jobs_are_measured() -> None:
    done(a_job(Job.Kind.TRAIN), 5000)
    for _ in range(backlog.RECENT_JOBS):
        done(a_job(Job.Kind.TRAIN), 10)
    running = a_job(Job.Kind.TRAIN, Job.State.QUEUED, arguments={"n": "new"})
    queued(running, 1)
    assert backlog.queued_seconds()["train"] == pytest.approx(10)


def test_chunks_of_jobs_that_are_over_do_not_count() -> None:
    for state in (Job.State.FAILED, Job.State.CANCELLED, Job.State.CANCELLING):
        queued(a_job(Job.Kind.TRAIN, state), 2)
    assert sum(backlog.queued_seconds().values()) == 0


def test_it_is_one_query_however_many_jobs_there_are(django_assert_num_queries: object) -> None:
    for kind in (Job.Kind.TRAIN, Job.Kind.TUNE, Job.Kind.EVALUATE):
        done(a_job(kind), 3)
        queued(a_job(kind, Job.State.RUNNING), 2)
    with django_assert_num_queries(1):  # type: ignore[operator]
        backlog.queued_seconds()


def test_the_state_of_jobs_counts_busy_workers_age_and_failures() -> None:
    assert backlog.job_state() == backlog.JobState(busy_workers=0, queue_age=0.0, failed_jobs=0)
    a_job(Job.Kind.TRAIN, Job.State.FAILED)
    a_job(Job.Kind.TUNE, Job.State.FAILED, finished_at=NOW - timedelta(hours=2))
    a_job(Job.Kind.EVALUATE, Job.State.QUEUED, heartbeat_at=NOW - timedelta(minutes=20))
    running = a_job(Job.Kind.SIMILAR_MOVIES, Job.State.RUNNING, heartbeat_at=NOW - timedelta(hours=5))
    for number, worker in enumerate(("worker@a", "worker@a", "worker@b")):
        JobChunk.objects.create(
            job=running, stage=0, stage_name="compare", number=number, state="running", attempts=1, worker=worker,
            started_at=NOW,
        )  # fmt: skip
    found = backlog.job_state()
    assert (found.busy_workers, found.failed_jobs) == (2, 1)
    assert timedelta(minutes=19) < timedelta(seconds=found.queue_age) < timedelta(minutes=60)
