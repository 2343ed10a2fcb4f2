"""A running chunk's heartbeat: progress out, the wish to stop in, on a connection of its own."""

import logging
import resource
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from django.db import Error, close_old_connections, connection
from django.db.models import Count, Q, Sum
from django.db.models.functions import Now

from recommender.models import Job, JobChunk
from recommender.services.jobs import shutdown
from recommender.services.jobs.progress import ChunkLost, JobCancelled, Stopped, WorkerStopping
from recommender.services.jobs.stages import stages_of

logger = logging.getLogger(__name__)
SECONDS = 0.5
ADD_UP_EVERY = timedelta(seconds=0.4)
PROC = Path("/proc/self")
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
        forget_peak_memory()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        self._chunk.peak_memory = peak_memory()

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
        add_up(job_id=self._chunk.job_id, message=self._message)


def add_up(*, job_id: int, message: str) -> None:
    """Bring a job's progress and message up to date, unless another chunk has done so a moment ago."""
    due = Job.objects.filter(
        pk=job_id, state__in=(Job.State.RUNNING, Job.State.CANCELLING), heartbeat_at__lt=Now() - ADD_UP_EVERY
    )
    job = due.first()
    if job is None:
        return
    stages = stages_of(job)
    chunks = job.chunks.filter(stage=job.stage).aggregate(
        n=Count("pk"), done=Count("pk", filter=Q(state=JobChunk.State.SUCCEEDED)), progress=Sum("progress", default=0.0)
    )
    weights = [stage.weight for stage in stages]
    share = chunks["progress"] / max(chunks["n"], 1)
    progress = (sum(weights[: job.stage]) + weights[job.stage] * share) / sum(weights)
    if chunks["n"] > 1:
        message = f"{stages[job.stage].label}: {chunks['done']} of {chunks['n']}"
    due.filter(stage=job.stage).update(
        progress=min(progress, 1.0), message=(message or stages[job.stage].label)[:200], heartbeat_at=Now()
    )


def forget_peak_memory() -> None:
    """Forget the peak so far, where the system can (Linux)."""
    try:
        (PROC / "clear_refs").write_text("5")
    except OSError:
        return


def peak_memory() -> int:
    """Return the peak in bytes: since `forget_peak_memory` on Linux, of the process's life elsewhere."""
    try:
        lines = (PROC / "status").read_text().splitlines()
    except OSError:
        lines = []
    peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), None)
    return 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if peak is None else peak)
