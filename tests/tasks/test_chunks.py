"""Chunks over several worker processes that are cancelled, stopped and killed: the same bytes, and nothing twice."""

import json
import signal
from typing import Any

import pytest
from django.conf import settings

from recommender.models import Job, JobChunk, ModelVersion
from recommender.services import jobs
from recommender.services.storage import artifacts
from recommender.services.training import evaluate
from tests.support.brokers import SERVERS
from tests.support.processes import wait_until
from tests.tasks.conftest import Workers

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("slow_chunks")]
SLOW = "tests.tasks.slow_kinds"
PER_CHUNK = 15_000
on_every_broker = pytest.mark.parametrize("broker", ["filesystem", *SERVERS], indirect=True)


def start(**arguments: Any) -> Job:
    return jobs.start(kind=Job.Kind.SIMILAR_MOVIES, arguments={"co_ratings_per_chunk": PER_CHUNK, **arguments})


def finished(job: Job) -> Job:
    assert wait_until(lambda: Job.objects.get(pk=job.pk).state in Job.FINISHED), list(job.log_lines.all())
    return Job.objects.get(pk=job.pk)


def compared(job: Job) -> Any:
    return job.chunks.filter(stage_name="compare")


def being_compared(job: Job) -> bool:
    return compared(job).running().exists()


def in_service() -> ModelVersion:
    return ModelVersion.objects.active().get(kind=ModelVersion.Kind.NEIGHBOURS)


@on_every_broker
def test_two_workers_find_to_the_byte_what_one_process_finds(workers: Workers, undisturbed: str) -> None:
    workers.start(2, app=SLOW)
    job = finished(start(seconds=0.3))
    assert job.state == Job.State.SUCCEEDED, job.error
    assert job.result == {"ratings": job.result["ratings"], "model_version": in_service().pk}
    assert compared(job).count() >= 6
    assert set(compared(job).values_list("worker", flat=True)) == {"worker-1@test", "worker-2@test"}
    assert set(compared(job).values_list("attempts", flat=True)) == {1}
    assert (in_service().job_id, in_service().artifact_sha256) == (job.pk, undisturbed)
    assert wait_until(lambda: not Job.objects.get(pk=job.pk).has_outputs)
    assert not (settings.DATA_DIR / "artifacts" / "jobs" / str(job.pk)).exists()


@on_every_broker
def test_cancel_stops_running_chunks_before_they_finish(workers: Workers, undisturbed: str) -> None:
    workers.start(2, app=SLOW)
    job = start(seconds=600)
    assert wait_until(lambda: compared(job).running().count() == 2)
    jobs.cancel(job_id=job.pk)
    assert finished(job).state == Job.State.CANCELLED
    assert set(compared(job).values_list("state", flat=True)) == {JobChunk.State.QUEUED}


@pytest.mark.parametrize(
    ("broker", "unresponsive"),
    [("filesystem", True), *((name, False) for name in ("filesystem", *SERVERS))],
    indirect=["broker"],
)
def test_a_worker_that_is_told_to_stop_hands_its_chunk_back_for_another(
    workers: Workers, undisturbed: str, unresponsive: bool
) -> None:
    (first,) = workers.start(app=SLOW, JOB_LOST_AFTER="600")
    job = start(seconds=600, unresponsive=unresponsive)
    assert wait_until(lambda: being_compared(job))
    first.send_signal(signal.SIGTERM)
    assert wait_until(lambda: not being_compared(job))
    assert set(compared(job).values_list("state", flat=True)) == {JobChunk.State.QUEUED}
    assert Job.objects.get(pk=job.pk).state == Job.State.QUEUED
    assert compared(job).get(number=0).losses == 0
    assert wait_until(lambda: first.poll() is not None), workers.log_of(first)
    Job.objects.filter(pk=job.pk).update(arguments={"co_ratings_per_chunk": PER_CHUNK})
    workers.start(app=SLOW, JOB_LOST_AFTER="600")
    assert finished(job).state == Job.State.SUCCEEDED
    assert in_service().artifact_sha256 == undisturbed


@on_every_broker
def test_what_a_killed_worker_had_is_finished_by_another(workers: Workers, undisturbed: str) -> None:
    first, _ = workers.start(2, app=SLOW)
    job = start(seconds=1)
    mine = {"worker": "worker-1@test", "state": JobChunk.State.RUNNING}
    assert wait_until(lambda: compared(job).filter(**mine).exists())
    workers.kill(first)
    lost = compared(job).get(**mine)
    done = set(compared(job).filter(state=JobChunk.State.SUCCEEDED).values_list("pk", flat=True))
    assert finished(job).state == Job.State.SUCCEEDED
    assert in_service().artifact_sha256 == undisturbed
    lost.refresh_from_db()
    assert (lost.worker, lost.attempts, lost.losses) == ("worker-2@test", 2, 1)
    assert set(compared(job).filter(pk__in=done).values_list("attempts", flat=True)) <= {1}


def test_an_evaluation_over_two_workers_finds_what_one_process_finds(workers: Workers, undisturbed: str) -> None:
    workers.start(2)
    asked: dict[str, Any] = {"algorithms": ["mean", "als"], "n_splits": 2, "seed": 5}
    job = finished(jobs.start(kind=Job.Kind.EVALUATE, arguments=asked))
    assert job.state == Job.State.SUCCEEDED, job.error
    assert job.result is not None
    found = job.result["evaluation"]
    alone = json.loads(json.dumps(evaluate.evaluate(**asked).to_json()))
    for figures in (*found["algorithms"].values(), *alone["algorithms"].values()):
        figures.pop("seconds")
    assert found == alone


def test_a_kept_snapshot_is_registered_and_stays(workers: Workers, undisturbed: str) -> None:
    workers.start()
    job = finished(jobs.start(kind=Job.Kind.SNAPSHOT))
    version = ModelVersion.objects.active().get(kind=ModelVersion.Kind.SNAPSHOT)
    assert job.result == {"ratings": job.result["ratings"], "model_version": version.pk}
    jobs.clean_up()
    assert artifacts.local_file(key=version.artifact_key, sha256=version.artifact_sha256).exists()
