"""Notifies workers through the broker. A message only says that a job has chunks queued; the database says which."""

import contextlib
import logging
import threading
from collections.abc import Iterator

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
TASK = "recommender.tasks.jobs.run_chunk"
MAX_MESSAGES = 64
"""Enough to start as many workers: each one that finishes a chunk notifies another while chunks are queued."""
_silenced = threading.Event()


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Send no messages: this process runs the job itself and may have no broker."""
    _silenced.set()
    try:
        yield
    finally:
        _silenced.clear()


def notify_workers(*, job_id: int, times: int = 1) -> None:
    """Tell this many workers that a job has work. A lost message only causes a delay: `jobs.recover` sends another."""
    if _silenced.is_set():
        return
    try:
        for _ in range(min(times, MAX_MESSAGES)):
            current_app.send_task(TASK, args=[job_id])
    except (OperationalError, OSError):
        logger.warning("Job %s stays queued: the broker cannot be reached (check CELERY_BROKER_URL).", job_id)
