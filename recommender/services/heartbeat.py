"""A running job's sign of life: progress out, the wish to cancel in, on a connection of its own."""

import logging
import threading
from types import TracebackType
from typing import Self

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from recommender.models import Job
from recommender.services.progress import JobCancelled

logger = logging.getLogger(__name__)
SECONDS = 0.5


class Heartbeat:
    """Writes a job's progress twice a second from a thread, so that a long transaction or kernel does not hide it."""

    def __init__(self, job_id: int) -> None:
        self._job_id = job_id
        self._share, self._message = 0.0, ""
        self._cancelled, self._done = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{job_id}", daemon=True)

    def __call__(self, share: float, message: str = "") -> None:
        """Note how far the job is (an `OnProgress`); raise `JobCancelled` when that is wanted."""
        self._share = min(max(share, 0.0), 1.0)
        self._message = message or self._message
        if self._cancelled.is_set():
            raise JobCancelled

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._done.wait(SECONDS):
            try:
                close_old_connections()
                self._write()
            except DatabaseError:
                logger.warning("Job %s: the database did not take the heartbeat; trying again.", self._job_id)
        connection.close()

    def _write(self) -> None:
        job = Job.objects.filter(pk=self._job_id, state__in=(Job.State.RUNNING, Job.State.CANCELLING))
        job.update(progress=self._share, message=self._message[:200], heartbeat_at=timezone.now())
        if job.filter(state=Job.State.CANCELLING).exists():
            self._cancelled.set()
