"""Notifies workers through the broker. A message only says that a job has something to do; the rows say what."""

import contextlib
import logging
import threading
from collections.abc import Iterator

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
TASK = "recommender.tasks.jobs.run_chunk"
MOST_MESSAGES = 64
"""A worker that finishes a chunk notifies others while chunks are queued, so this many keep as many workers busy."""
_silent = threading.Event()


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Notify nobody: this process does the work itself, and there may be no broker."""
    _silent.set()
    try:
        yield
    finally:
        _silent.clear()


def notify_workers(*, job_id: int, times: int = 1) -> None:
    """Ask for this many workers to look at a job. A lost message only delays: `jobs.recover` sends another."""
    if _silent.is_set():
        return
    try:
        for _ in range(min(times, MOST_MESSAGES)):
            current_app.send_task(TASK, args=[job_id])
    except (OperationalError, OSError):
        logger.warning("Job %s waits: the broker cannot be reached (check CELERY_BROKER_URL).", job_id)
