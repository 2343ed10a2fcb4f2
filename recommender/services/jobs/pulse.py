"""Heartbeats from a process of their own, which a kernel that holds Python's lock does not stop, as it does threads."""

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from recommender.models import JobChunk

PROGRAM = Path(__file__).with_name("pulse_process.py")
BEATS_PER_LOSS = 4
"""Heartbeats in the time after which a chunk without any is given away."""
OF_DJANGO = {"autocommit", "context", "cursor_factory", "prepare_threshold", "row_factory"}
CONFIRMED_WITHIN = 10.0


class _Pulse:
    """The process, started with the first chunk and used for all later ones of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner, self._process = 0, None  # type: tuple[int, subprocess.Popen[bytes] | None]

    def send(self, message: dict[str, Any], *, confirmed: bool = False) -> None:
        """Send a message; without the process, the thread's heartbeats have to do."""
        with self._lock, suppress(OSError):
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(message).encode() + b"\n")
            process.stdin.flush()
            if confirmed and select.select([process.stdout], [], [], CONFIRMED_WITHIN)[0]:
                os.read(process.stdout.fileno(), 1)

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self._owner = os.getpid()
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C in the terminal is for us
            )
        return self._process


_pulse = _Pulse()


@contextmanager
def running(chunk: JobChunk) -> Iterator[None]:
    """Let the process say that a chunk is running, until the end of the block."""
    key = {"chunk": chunk.pk, "attempt": chunk.attempts}
    every = settings.JOB_LOST_AFTER / BEATS_PER_LOSS
    _pulse.send(key | {"every": every, "database": _database()})
    try:
        yield
    finally:
        _pulse.send(key, confirmed=True)


def _database() -> str:
    parameters = connection.get_connection_params()
    return make_conninfo(**{name: value for name, value in parameters.items() if name not in OF_DJANGO})
