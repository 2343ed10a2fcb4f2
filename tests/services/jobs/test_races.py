"""Jobs asked for, claimed and finished at the same moment, on connections of their own: one of them wins."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from recommender.models import Job, JobChunk
from recommender.services import jobs
from recommender.services.jobs import transitions
from recommender.services.jobs.chunks import claim
from recommender.services.jobs.progress import ChunkLost
from recommender.services.jobs.stages import Outcome
from tests.support.factories import LONG_AGO
from tests.support.job_plans import nothing, now, one_stage, put_in_place, split_stage, start

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("notified")]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Call all at the same moment, each in a thread with a database connection; return what they return or raise."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        gate.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.parametrize("_again", range(5))
def test_a_job_asked_for_many_times_at_once_is_one_job(monkeypatch: pytest.MonkeyPatch, _again: int) -> None:
    put_in_place(monkeypatch, split_stage("parts", 2, nothing))
    found = at_once(*[start] * 6)
    assert {job.pk for job in found} == {Job.objects.get().pk}
    assert JobChunk.objects.count() == 2


@pytest.mark.parametrize("_again", range(5))
def test_every_chunk_is_claimed_once(monkeypatch: pytest.MonkeyPatch, _again: int) -> None:
    put_in_place(monkeypatch, split_stage("parts", 5, nothing))
    job = start()
    claimed = at_once(*[lambda: claim(job_id=job.pk, worker="")] * 8)
    assert sorted(chunk.number for chunk in claimed if chunk) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("_again", range(5))
def test_of_two_attempts_that_finish_at_once_one_commits(monkeypatch: pytest.MonkeyPatch, _again: int) -> None:
    put_in_place(monkeypatch, one_stage(nothing))
    job = start()
    late = claim(job_id=job.pk, worker="late")
    JobChunk.objects.update(heartbeat_at=LONG_AGO)
    jobs.recover()
    in_time = claim(job_id=job.pk, worker="in-time")
    assert late is not None
    assert in_time is not None

    def commit(name: str) -> dict[str, Any]:
        return {"user": User.objects.create_user(name).pk}

    ends = at_once(
        lambda: transitions.succeed(chunk=late, outcome=Outcome(commit=lambda: commit("alice"))),
        lambda: transitions.succeed(chunk=in_time, outcome=Outcome(commit=lambda: commit("bob"))),
    )
    assert isinstance(ends[0], ChunkLost)
    assert ends[1] is None
    assert User.objects.get().username == "bob"
    assert now(job).state == Job.State.SUCCEEDED


@pytest.mark.parametrize("_again", range(5))
def test_the_last_two_chunks_of_a_stage_plan_the_next_one_once(monkeypatch: pytest.MonkeyPatch, _again: int) -> None:
    put_in_place(monkeypatch, split_stage("parts", 2, nothing), split_stage("next", 3, nothing))
    job = start()
    chunks = [claim(job_id=job.pk, worker="") for _ in range(2)]
    ends = at_once(*[lambda chunk=chunk: transitions.succeed(chunk=chunk, outcome=Outcome()) for chunk in chunks])
    assert ends == [None, None]
    assert job.chunks.filter(stage_name="next").count() == 3


@pytest.mark.parametrize("_again", range(5))
def test_a_cancellation_comes_before_or_after_a_commit(monkeypatch: pytest.MonkeyPatch, _again: int) -> None:
    put_in_place(monkeypatch, one_stage(nothing))
    job = start()
    chunk = claim(job_id=job.pk, worker="")
    assert chunk is not None
    outcome = Outcome(commit=lambda: {"user": User.objects.create_user("alice").pk})
    at_once(lambda: transitions.succeed(chunk=chunk, outcome=outcome), lambda: jobs.cancel(job_id=job.pk))
    assert User.objects.exists() == (now(job).state == Job.State.SUCCEEDED)
