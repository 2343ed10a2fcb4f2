"""A running chunk's sign of life: progress out, the wish to stop in, on a connection of its own."""

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.db import Error, close_old_connections, connection
from django.db.models.functions import Now

from recommender.models import Job, JobChunk
from recommender.services import job_progress, peak_memory, shutdown
from recommender.services.progress import ChunkLost, JobCancelled, Stopped, WorkerStopping

logger = logging.getLogger(__name__)
SECONDS = 0.5
GRACE = 5.0
"""Seconds that a chunk has to stop by itself when its worker does."""


class Heartbeat:
    """Writes a chunk's progress twice a second from a thread, so that a long transaction or kernel does not hide it.

    `abandon` is called from that thread when the worker stops and the chunk does not, `GRACE` seconds later.
    """

    def __init__(self, chunk: JobChunk, *, abandon: Callable[[], None]) -> None:
        self._chunk, self._abandon = chunk, abandon
        self._share, self._message = 0.0, ""
        self._stop: type[Stopped] | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{chunk.pk}", daemon=True)

    def __call__(self, share: float, message: str = "") -> None:
        """Note how far the chunk is (an `OnProgress`); raise a kind of `Stopped` when it is to stop."""
        self._share = min(max(share, 0.0), 1.0)
        self._message = message or self._message
        if self._stop is not None:
            raise self._stop

    def __enter__(self) -> Self:
        peak_memory.start_measuring()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        self._chunk.peak_memory = peak_memory.measured()

    def _beat(self) -> None:
        while not self._done.wait(SECONDS):
            if shutdown.announced():
                self._stop = WorkerStopping
                if shutdown.seconds_since() > GRACE:
                    self._abandon()
            try:
                close_old_connections()
                self._write()
            except Error:
                logger.warning("%s: the database did not take the heartbeat; trying again.", self._chunk)
        connection.close()

    def _write(self) -> None:
        mine = JobChunk.objects.same_attempt(self._chunk)
        if not mine.update(progress=self._share, heartbeat_at=Now()):
            self._stop = ChunkLost
            return
        state = Job.objects.filter(pk=self._chunk.job_id).values_list("state", flat=True).get()
        if state == Job.State.CANCELLING or state in Job.FINISHED:
            self._stop = JobCancelled
        job_progress.add_up(job_id=self._chunk.job_id, message=self._message)
