"""A running chunk's heartbeat: it writes progress and checks for cancellation, on a database connection of its own."""

import logging
import resource
import threading
from collections.abc import Callable
from contextvars import copy_context
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
from recommender.services.jobs.stages import Stage, stages_of

logger = logging.getLogger(__name__)
INTERVAL = 0.5
UPDATE_INTERVAL = timedelta(seconds=0.4)
PROC = Path("/proc/self")
GRACE_PERIOD = 5.0
"""Seconds that a chunk has to stop by itself when its worker is stopping."""


class Heartbeat:
    """Writes a chunk's progress twice a second from a thread, so that no long transaction or kernel delays it.

    `abandon` is called from that thread if the worker is stopping and the chunk has not stopped after `GRACE_PERIOD`
    seconds.
    """

    def __init__(self, chunk: JobChunk, *, abandon: Callable[[], None]) -> None:
        self._chunk, self._abandon = chunk, abandon
        self._share, self._message = 0.0, ""
        self._stop: type[Stopped] | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._beat,), name=f"heartbeat-{chunk.pk}", daemon=True
        )

    def __call__(self, share: float, message: str = "") -> None:
        """Record the chunk's progress (an `OnProgress`); raise a subclass of `Stopped` if it should stop."""
        self._share = min(max(share, 0.0), 1.0)
        self._message = message or self._message
        if self._stop is not None:
            raise self._stop

    def __enter__(self) -> Self:
        reset_peak_memory()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        self._chunk.peak_memory = peak_memory()

    def _beat(self) -> None:
        while not self._done.wait(INTERVAL):
            if shutdown.requested():
                self._stop = WorkerStopping
                if shutdown.seconds_since() > GRACE_PERIOD:
                    self._abandon()
            try:
                close_old_connections()
                self._write()
            except Error:
                logger.warning("%s: the heartbeat could not be written to the database; trying again.", self._chunk)
        connection.close()

    def _write(self) -> None:
        same_attempt = JobChunk.objects.same_attempt(self._chunk)
        if not same_attempt.update(progress=self._share, heartbeat_at=Now()):
            self._stop = ChunkLost
            return
        state = Job.objects.filter(pk=self._chunk.job_id).values_list("state", flat=True).get()
        if state == Job.State.CANCELLING or state in Job.FINISHED:
            self._stop = JobCancelled
        update_progress(job_id=self._chunk.job_id, message=self._message)


def update_progress(*, job_id: int, message: str) -> None:
    """Update a job's progress and message, unless another chunk has just done so."""
    due = Job.objects.filter(
        pk=job_id, state__in=(Job.State.RUNNING, Job.State.CANCELLING), heartbeat_at__lt=Now() - UPDATE_INTERVAL
    )
    job = due.first()
    if job is None:
        return
    stages = stages_of(job)
    chunks = job.chunks.filter(stage=job.stage).aggregate(
        n=Count("pk"), done=Count("pk", filter=Q(state=JobChunk.State.SUCCEEDED)), progress=Sum("progress", default=0.0)
    )
    weights = _weights(job, stages)
    share = chunks["progress"] / max(chunks["n"], 1)
    progress = (sum(weights[: job.stage]) + weights[job.stage] * share) / sum(weights)
    if chunks["n"] > 1:
        message = f"{stages[job.stage].label}: {chunks['done']} of {chunks['n']}"
    due.filter(stage=job.stage).update(
        progress=min(progress, 1.0), message=(message or stages[job.stage].label)[:200], heartbeat_at=Now()
    )


def _weights(job: Job, stages: tuple[Stage, ...]) -> list[float]:
    """Return the share of each stage: the seconds it is expected to take or, without a forecast, its usual weight."""
    expected: list[float] = (job.forecast or {}).get("stages", [])
    return expected if len(expected) == len(stages) and sum(expected) > 0 else [stage.weight for stage in stages]


def reset_peak_memory() -> None:
    """Reset the process's peak memory, where the system allows it (Linux)."""
    try:
        (PROC / "clear_refs").write_text("5")
    except OSError:
        return


def peak_memory() -> int:
    """Return the peak memory in bytes: since `reset_peak_memory` on Linux, since the process started elsewhere."""
    try:
        lines = (PROC / "status").read_text().splitlines()
    except OSError:
        lines = []
    peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), None)
    return 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if peak is None else peak)
