"""A worker on an EC2 instance hands its chunk back after each of the three notices, and the group is told to go on."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from recommender.models import Job, JobChunk
from recommender.services import jobs
from recommender.services.aws.notices import HOOK_TIMEOUT, INTERRUPTION, LIFECYCLE_STATE, MARGIN, REBALANCE
from recommender.services.movielens import release
from tests.support import aws_server
from tests.support.aws_server import AwsServer
from tests.support.metadata_server import MetadataServer
from tests.support.processes import PATIENCE, wait_until
from tests.tasks.conftest import Workers

pytestmark = [pytest.mark.slow]
SLOW = "tests.tasks.slow_kinds"
GROUP, HOOK = "movies-worker", "hand-back"
WATCHED = ("manage.py", "watch_instance", "--")


@pytest.fixture(scope="module")
def aws() -> Iterator[AwsServer]:
    """An Auto Scaling group of five machines, with the hook."""
    with aws_server.running() as running:
        running.make_group(GROUP, HOOK, n_instances=5)
        yield running


@pytest.fixture
def machine(aws: AwsServer) -> Iterator[MetadataServer]:
    """The metadata service of one of the machines."""
    with MetadataServer(aws.instances_of(GROUP)[0]).running() as running:
        yield running


def watched_worker(workers: Workers, machine: MetadataServer) -> Any:
    here = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": machine.url, "AUTO_SCALING_GROUP": GROUP, "LIFECYCLE_HOOK": HOOK}
    options = ("--hostname", f"worker@{socket.gethostname()}")
    (watcher,) = workers.start(app=SLOW, before=WATCHED, options=options, **here)
    return watcher


def running_chunk(job: Job) -> bool:
    return job.chunks.filter(stage_name="compare", state=JobChunk.State.RUNNING).exists()


NOTICES: dict[str, Callable[[MetadataServer], None]] = {
    INTERRUPTION: MetadataServer.interrupt,
    REBALANCE: MetadataServer.recommend_rebalance,
    LIFECYCLE_STATE: MetadataServer.scale_in,
}


@pytest.mark.usefixtures("slow_chunks")
@pytest.mark.parametrize("path", NOTICES)
def test_after_a_notice_the_chunk_is_handed_back_and_the_machine_may_go(
    workers: Workers, small_dataset: Path, aws: AwsServer, machine: MetadataServer, path: str
) -> None:
    instance_id = machine.paths["instance-id"]
    release.import_movielens(path=small_dataset)
    watcher = watched_worker(workers, machine)
    job = jobs.start(
        kind=Job.Kind.SIMILAR_MOVIES,
        arguments={"seconds": 600, "unresponsive": path == INTERRUPTION, "co_ratings_per_chunk": 1 << 30},
    )
    assert wait_until(lambda: running_chunk(job)), workers.log_of(watcher)
    assert wait_until(lambda: aws.is_protected(instance_id)), workers.log_of(watcher)
    family = psutil.Process(watcher.pid).children(recursive=True)

    noticed_at = datetime.now(UTC)
    NOTICES[path](machine)
    if path != REBALANCE:  # the group begins to terminate it only later
        aws.begin_to_terminate(instance_id)
    assert wait_until(lambda: not running_chunk(job)), workers.log_of(watcher)
    assert datetime.now(UTC) < noticed_at + HOOK_TIMEOUT - MARGIN
    assert wait_until(lambda: "The worker is stopping" in job.log_lines.last().text)
    assert job.chunks.get(stage_name="compare").state == JobChunk.State.QUEUED
    assert job.chunks.get(stage_name="compare").losses == 0
    if path == REBALANCE:
        assert wait_until(lambda: not any(each.is_running() for each in family))
        assert watcher.poll() is None  # it waits for the group to ask
        machine.scale_in()
        aws.begin_to_terminate(instance_id)
    assert watcher.wait(PATIENCE) == 0, workers.log_of(watcher)
    assert not any(each.is_running() for each in family)
    assert instance_id not in aws.instances_of(GROUP)
    assert set(machine.asked) == {"instance-id", INTERRUPTION, REBALANCE, LIFECYCLE_STATE}
