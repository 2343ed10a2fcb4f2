"""A worker for one job inside this process, for commands with `--local`."""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterator

from django.db import DatabaseError, connection

from recommender.models import Job
from recommender.services import jobs

logger = logging.getLogger(__name__)
POLL_INTERVAL = 0.2
JOIN_TIMEOUT = 30.0
"""Seconds that a cancelled chunk has to stop; one that does not is queued again when the job is retried."""


@contextlib.contextmanager
def running(*, job_id: int) -> Iterator[None]:
    """Run a job's chunks in a thread until the job is finished, so that the calling thread can follow and cancel it."""
    thread = threading.Thread(target=_work, args=(job_id,), name=f"job-{job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join(JOIN_TIMEOUT)


def _work(job_id: int) -> None:
    name = f"manage.py@{socket.gethostname()}"
    try:
        while not _step(job_id, name):
            pass
    finally:
        connection.close()


def _step(job_id: int, name: str) -> bool:
    """Run a chunk, or wait for those that others are running or have lost; return whether the job is finished."""
    try:
        if not jobs.run_chunk(job_id=job_id, worker=name):
            jobs.recover()  # chunks of a killed command or worker
            time.sleep(POLL_INTERVAL)
        return Job.objects.filter(pk=job_id, state__in=Job.FINISHED).exists()
    except DatabaseError:
        logger.exception("Job %s was interrupted: the database connection was lost; trying again.", job_id)
        connection.close()
        time.sleep(POLL_INTERVAL)
        return False
