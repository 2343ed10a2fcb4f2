"""The process behind `pulse`: says that its parent's chunks are running, whatever lock the parent holds.

It is run as a file of its own and imports nothing of ours, so that it starts in milliseconds. Each line of its standard
input is a JSON object: a chunk that begins, or one that has ended, which it confirms with an empty line.
"""

import contextlib
import json
import os
import select
import time
from pathlib import Path
from typing import Any

BEAT = """
UPDATE recommender_jobchunk SET heartbeat_at = now() WHERE id = %s AND attempts = %s AND state = 'running'
"""
LONGEST_WAIT = 0.5
STOPPED = "tT"


class Pulse:
    """The chunks that are running, and a connection while one of them has run for a while."""

    def __init__(self) -> None:
        self._chunks: dict[tuple[int, int], dict[str, Any]] = {}
        self._connection: Any = None

    def take(self, line: str) -> None:
        """Take a message."""
        message = json.loads(line)
        key = message["chunk"], message["attempt"]
        if "every" in message:
            self._chunks[key] = message | {"next": time.monotonic() + message["every"]}
            return
        self._chunks.pop(key, None)
        if not self._chunks:
            self._disconnect()
        os.write(1, b"\n")

    def beat(self) -> None:
        """Write the heartbeats that are due; one that fails is due again a little later."""
        now = time.monotonic()
        for (chunk, attempt), each in self._chunks.items():
            if each["next"] <= now:
                each["next"] = now + each["every"]
                self._write(each["database"], chunk, attempt)

    def _write(self, database: str, chunk: int, attempt: int) -> None:
        import psycopg

        try:
            if self._connection is None:
                self._connection = psycopg.connect(database, autocommit=True, connect_timeout=5)
            self._connection.execute(BEAT, [chunk, attempt])
        except psycopg.Error:
            self._disconnect()

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.close()
        self._connection = None


def is_stopped(pid: int) -> bool:
    """Return whether a process has been suspended, and so does nothing at all; only Linux tells."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in STOPPED
    except OSError:
        return False


def main() -> None:
    """Run until the parent has gone."""
    parent, pulse, unread = os.getppid(), Pulse(), b""
    while os.getppid() == parent:
        if select.select([0], [], [], LONGEST_WAIT)[0]:
            read = os.read(0, 1 << 16)
            if not read:
                return
            *lines, unread = (unread + read).split(b"\n")
            for line in lines:
                pulse.take(line.decode())
        if not is_stopped(parent):
            pulse.beat()


if __name__ == "__main__":
    main()
