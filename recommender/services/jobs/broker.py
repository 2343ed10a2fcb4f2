"""Notifies workers through the broker. A message only says that a job has chunks queued; the database says which."""

import contextlib
import logging
import threading
import time
from collections.abc import Iterator

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
TASK = "recommender.tasks.jobs.run_chunk"
MAX_MESSAGES = 64
"""Enough to start as many workers: each one that finishes a chunk notifies another while chunks are queued."""
_silenced = threading.Event()
ASKED_EVERY = 10.0
"""Seconds for which an answer of `is_reachable` holds: asking a broker that is away takes a while."""
_asked: tuple[float, bool] = (float("-inf"), False)


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Send no messages: this process runs the job itself and may have no broker."""
    _silenced.set()
    try:
        yield
    finally:
        _silenced.clear()


def is_reachable() -> bool:
    """Return whether the broker answers, or did so a moment ago."""
    global _asked
    asked_at, answered = _asked
    if time.monotonic() - asked_at > ASKED_EVERY:
        try:
            with current_app.connection_for_write(connect_timeout=1) as connection:
                connection.ensure_connection(max_retries=1, timeout=2, interval_start=0)
                connection.default_channel  # noqa: B018 - Redis and SQS connect here
            answered = True
        except Exception:  # noqa: BLE001 - each transport has errors of its own
            answered = False
        _asked = time.monotonic(), answered
    return answered


def notify_workers(*, job_id: int, times: int = 1) -> None:
    """Tell this many workers that a job has work. A lost message only causes a delay: `jobs.recover` sends another."""
    if _silenced.is_set():
        return
    try:
        for _ in range(min(times, MAX_MESSAGES)):
            current_app.send_task(TASK, args=[job_id])
    except (OperationalError, OSError):
        logger.warning("Job %s stays queued: the broker cannot be reached (check CELERY_BROKER_URL).", job_id)
