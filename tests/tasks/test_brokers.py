"""What brokers do to messages: they lose them, repeat them, go away, close connections. None of it does a job harm."""

import time
from typing import Any

import psutil
import pytest

from movierec_site.celery import QUEUE
from movierec_site.celery import app as celery_app
from recommender.models import Job, JobChunk, ModelVersion
from recommender.services import jobs
from recommender.services.jobs import broker
from tests.support.brokers import SERVERS, Broker
from tests.support.processes import wait_until
from tests.tasks.conftest import Workers

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("slow_chunks")]
SLOW = "tests.tasks.slow_kinds"
PER_CHUNK = 15_000
on_every_broker = pytest.mark.parametrize("broker", ["filesystem", *SERVERS], indirect=True)
on_every_server = pytest.mark.parametrize("broker", [*SERVERS], indirect=True)


def lose_messages() -> int:
    """Take all messages from the queue and do nothing about them; return how many there were."""
    n_lost = 0
    with celery_app.connection_for_write() as connection, connection.SimpleQueue(QUEUE) as queue:
        while True:
            try:
                queue.get(timeout=1).ack()
            except queue.Empty:
                return n_lost
            n_lost += 1


def start(**arguments: Any) -> Job:
    return jobs.start(kind=Job.Kind.SIMILAR_MOVIES, arguments={"co_ratings_per_chunk": PER_CHUNK} | arguments)


def succeeded(job: Job) -> bool:
    assert wait_until(lambda: Job.objects.get(pk=job.pk).state in Job.FINISHED), list(job.log_lines.all())
    return Job.objects.get(pk=job.pk).state == Job.State.SUCCEEDED


def is_running(job: Job) -> bool:
    return job.chunks.filter(stage_name="compare", state=JobChunk.State.RUNNING).exists()


def in_service() -> ModelVersion:
    return ModelVersion.objects.active().get(kind=ModelVersion.Kind.NEIGHBOURS)


def attempts(job: Job) -> set[int]:
    return set(job.chunks.values_list("attempts", flat=True))


@on_every_broker
def test_lost_and_repeated_messages_only_delay(workers: Workers, undisturbed: str) -> None:
    job = start(seconds=0.5)
    assert lose_messages() >= 1  # some may be of a test before
    workers.start(2, app=SLOW)
    assert wait_until(lambda: is_running(job))  # behind messages of a test before
    broker.notify_workers(job_id=job.pk, times=15)
    assert succeeded(job)
    assert (in_service().job_id, in_service().artifact_sha256) == (job.pk, undisturbed)
    broker.notify_workers(job_id=job.pk, times=5)
    another = start()
    assert succeeded(another)  # with the same two workers, after all those messages
    assert ModelVersion.objects.filter(job=job).count() == 1
    assert attempts(job) == attempts(another) == {1}


@on_every_broker
def test_a_worker_outlives_a_pool_process_that_is_killed_while_it_waits(workers: Workers, undisturbed: str) -> None:
    (worker,) = workers.start(app=SLOW)
    for process in psutil.Process(worker.pid).children():
        process.kill()
    assert succeeded(start()), workers.log_of(worker)
    assert in_service().artifact_sha256 == undisturbed


@on_every_server
def test_a_broker_that_is_away_for_a_while_only_delays(workers: Workers, undisturbed: str, broker: Broker) -> None:
    both = workers.start(2, app=SLOW)
    job = start(seconds=2)
    assert wait_until(lambda: is_running(job))  # behind messages of a test before
    broker.stop()
    started_meanwhile = jobs.start(kind=Job.Kind.TITLE_INDEX)  # returns although the broker is away
    time.sleep(4)
    broker.start()
    assert succeeded(job), workers.log_of(both[0])
    assert succeeded(started_meanwhile)
    assert in_service().artifact_sha256 == undisturbed
    assert attempts(job) == attempts(started_meanwhile) == {1}
    assert [process.poll() for process in both] == [None, None]


@pytest.mark.parametrize("broker", ["rabbitmq"], indirect=True)
def test_a_chunk_may_take_longer_than_rabbitmq_has_patience(workers: Workers, undisturbed: str, broker: Broker) -> None:
    """RabbitMQ closes on a consumer that does not acknowledge for 30 minutes; ours does so after 3 seconds."""
    (worker,) = workers.start(app=SLOW)
    job = start(seconds=12, co_ratings_per_chunk=1 << 30)
    assert succeeded(job), workers.log_of(worker)
    assert "PRECONDITION_FAILED" in workers.log_of(worker)
    assert attempts(job) == {1}
    assert worker.poll() is None
