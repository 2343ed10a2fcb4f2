"""A chunk whose process holds Python's lock is not called dead, and one whose process has gone or is suspended is."""

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from recommender.models import JobChunk
from recommender.services.jobs import pulse
from tests.support.factories import LONG_AGO, make_chunk, make_job
from tests.support.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
RUNNING = {"state": "running", "attempts": 1, "started_at": LONG_AGO, "heartbeat_at": LONG_AGO}
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _soon_lost(settings: Any) -> None:
    """A chunk is lost after two seconds."""
    settings.JOB_LOST_AFTER = 2


@pytest.fixture
def chunk() -> JobChunk:
    """A chunk that has been running without a heartbeat for long."""
    job = make_job(state="running", started_at=LONG_AGO, resumed_at=LONG_AGO)
    return make_chunk(job=job, **RUNNING)


def has_beaten(chunk: JobChunk) -> Callable[[], bool]:
    return lambda: JobChunk.objects.get(pk=chunk.pk).heartbeat_at > LONG_AGO


def test_it_beats_while_a_kernel_holds_the_lock(chunk: JobChunk) -> None:
    with pulse.running(chunk):
        ctypes.PyDLL(None).sleep(3)  # unlike time.sleep, this keeps Python's lock
        assert has_beaten(chunk)()


def test_it_does_not_beat_for_an_attempt_that_is_over(chunk: JobChunk) -> None:
    other = make_chunk(job=chunk.job, number=1, **RUNNING)
    JobChunk.objects.filter(pk=chunk.pk).update(attempts=2)
    with pulse.running(chunk), pulse.running(other):
        assert wait_until(has_beaten(other))
    assert not has_beaten(chunk)()


def test_nothing_beats_or_stays_connected_after_the_end(chunk: JobChunk) -> None:
    with pulse.running(chunk):
        assert wait_until(has_beaten(chunk))
    JobChunk.objects.filter(pk=chunk.pk).update(heartbeat_at=LONG_AGO)
    assert wait_until(_nobody_else_is_connected)  # a server's process ends a moment after its client has gone
    assert not has_beaten(chunk)()


def _nobody_else_is_connected() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return bool(cursor.fetchone() == (1,))


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-I", sys.argv[1]], stdin=subprocess.PIPE)
child.stdin.write(sys.argv[2].encode() + b"\\n")
child.stdin.flush()
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells whether a process is suspended.")
@pytest.mark.parametrize("told", [signal.SIGSTOP, signal.SIGKILL])
def test_a_process_that_is_suspended_or_gone_is_silent(chunk: JobChunk, told: signal.Signals) -> None:
    other = make_chunk(job=chunk.job, number=1, **RUNNING)
    message = json.dumps({"chunk": chunk.pk, "attempt": 1, "every": 0.5, "database": pulse._database()})
    command = [sys.executable, "-c", PARENT, str(pulse.PROGRAM), message]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert wait_until(has_beaten(chunk))
        parent.send_signal(told)
        if told == signal.SIGKILL:
            assert wait_until(lambda: not Path(f"/proc/{child}").exists() or _is_zombie(child))
        else:
            os.waitid(os.P_PID, parent.pid, os.WSTOPPED | os.WNOWAIT)
        for _ in range(2):  # a beat that was on its way when the signal came lands in the first round
            JobChunk.objects.filter(pk__in=[chunk.pk, other.pk]).update(heartbeat_at=LONG_AGO)
            with pulse.running(other):
                assert wait_until(has_beaten(other))  # time enough for a beat
        silent = not has_beaten(chunk)()
        parent.kill()
    assert silent


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
