"""A machine leaves its group once the group asks, works on if it was not replaced, and is protected while it works."""

import signal
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from recommender.management.commands import watch_instance
from recommender.models import Job, JobChunk
from recommender.services.aws import watch as watching
from recommender.services.aws.lifecycle import GroupMember
from recommender.services.aws.metadata import Metadata
from recommender.services.aws.notices import Notice
from recommender.services.aws.watch import Watch
from tests.support import aws_server
from tests.support.aws_server import AwsServer
from tests.support.metadata_server import MetadataServer
from tests.support.processes import PATIENCE, manage, wait_until

GROUP, HOOK = "movies-worker", "hand-back"
NEVER = threading.Event()
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


@pytest.fixture(scope="module")
def aws() -> Iterator[AwsServer]:
    with aws_server.running() as running:
        running.make_group(GROUP, HOOK, n_instances=3)
        yield running


@pytest.fixture
def machine(aws: AwsServer, settings: Any) -> Iterator[MetadataServer]:
    settings.AUTO_SCALING_GROUP, settings.LIFECYCLE_HOOK = GROUP, HOOK
    with MetadataServer(aws.instances_of(GROUP)[0]).running() as running:
        yield running


@pytest.fixture
def watch(machine: MetadataServer) -> Watch:
    started = Watch(Metadata(machine.url))
    assert started.look() is None
    return started


@pytest.fixture
def signals() -> Iterator[None]:
    """The handlers of this process are put back after a command has set its own."""
    usual = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in usual.items():
        signal.signal(number, handler)


def overdue(*, machine_may_stay: bool) -> Notice:
    return Notice("test", datetime.now(UTC) - timedelta(seconds=1), machine_may_stay)


def test_a_machine_leaves_once_the_group_asks(aws: AwsServer, machine: MetadataServer) -> None:
    member = GroupMember(machine.paths["instance-id"])
    assert not member.leave()
    aws.begin_to_terminate(member.instance_id)
    assert member.leave()
    assert member.instance_id not in aws.instances_of(GROUP)


def test_a_machine_without_a_group_may_go_at_once(settings: Any) -> None:
    settings.AUTO_SCALING_GROUP = ""
    assert GroupMember("i-0123").leave()


@pytest.mark.parametrize(("machine_may_stay", "code"), [(True, watch_instance.START_AGAIN), (False, 0)])
def test_a_machine_that_the_group_did_not_ask_works_on_only_if_it_may_stay(
    watch: Watch, machine_may_stay: bool, code: int
) -> None:
    assert watch_instance._leave(watch, overdue(machine_may_stay=machine_may_stay), NEVER) == code


def test_an_interruption_after_a_recommendation_has_the_last_word(watch: Watch, machine: MetadataServer) -> None:
    machine.interrupt(seconds=0)
    in_a_while = Notice("a recommendation", datetime.now(UTC) + timedelta(minutes=10), machine_may_stay=True)
    assert watch_instance._leave(watch, in_a_while, NEVER) == 0


@pytest.mark.django_db
def test_a_machine_is_protected_from_its_first_chunk_until_a_while_after_its_last(
    aws: AwsServer, watch: Watch, machine: MetadataServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance_id = machine.paths["instance-id"]
    watch.protect_while_busy()
    assert not aws.is_protected(instance_id)
    now = timezone.now()
    job = Job.objects.create(kind=Job.Kind.TRAIN, state=Job.State.RUNNING, started_at=now, heartbeat_at=now)
    chunk = JobChunk.objects.create(
        job=job, stage=0, stage_name="train", number=0, state="running", attempts=1, worker="worker@elsewhere",
        started_at=now,
    )  # fmt: skip
    watch.protect_while_busy()
    assert not aws.is_protected(instance_id)
    JobChunk.objects.filter(pk=chunk.pk).update(worker=f"worker@{socket.gethostname()}")
    watch.protect_while_busy()
    assert aws.is_protected(instance_id)
    chunk.delete()
    watch.protect_while_busy()
    assert aws.is_protected(instance_id)
    monkeypatch.setattr(watching, "IDLE_FOR", 0.0)
    watch.protect_while_busy()
    assert not aws.is_protected(instance_id)


def test_a_worker_that_does_not_stop_is_killed_at_the_deadline(
    machine: MetadataServer, signals: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", machine.url)
    machine.interrupt(seconds=0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # which the worker inherits
    with pytest.raises(SystemExit) as ended:
        call_command("watch_instance", "--", "sleep", "600")
    assert ended.value.code == 0
    assert not [each for each in psutil.Process().children() if each.name() == "sleep"]


def test_without_a_metadata_service_the_command_runs_the_worker_until_it_is_stopped() -> None:
    nowhere = "http://127.0.0.1:1"
    watcher = manage("watch_instance", "--", "sleep", "600", AWS_EC2_METADATA_SERVICE_ENDPOINT=nowhere)
    family = psutil.Process(watcher.pid)
    assert wait_until(lambda: any(each.name() == "sleep" for each in family.children()))
    (worker,) = [each for each in family.children() if each.name() == "sleep"]
    watcher.send_signal(signal.SIGTERM)
    _, said = watcher.communicate(timeout=PATIENCE)
    assert watcher.returncode == 128 + signal.SIGTERM  # how the worker ended, as it has no handler
    assert not worker.is_running()
    assert "Traceback" not in said


def test_the_watcher_ends_as_its_worker_did(signals: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(SystemExit) as ended:
        call_command("watch_instance", "--", "sh", "-c", "exit 7")
    assert ended.value.code == 7


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ([], "The command of the worker is missing, as in: manage.py watch_instance -- celery"),
        (["--", "/no/such/program"], "/no/such/program cannot be started"),
    ],
)
def test_it_asks_for_a_worker_that_can_be_started(command: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("watch_instance", *command)
