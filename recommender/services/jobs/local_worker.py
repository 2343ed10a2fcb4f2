"""A worker for one job inside this process: for commands that do the work themselves."""

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
SECONDS_BETWEEN_LOOKS = 0.2
PATIENCE = 30.0
"""Seconds for a cancelled chunk to look up; one that does not is taken up again when the job is retried."""


@contextlib.contextmanager
def at_work(*, job_id: int) -> Iterator[None]:
    """Run a job's chunks in a thread until the job is finished, so that this one can follow and cancel it."""
    thread = threading.Thread(target=_work, args=(job_id,), name=f"job-{job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join(PATIENCE)


def _work(job_id: int) -> None:
    name = f"manage.py@{socket.gethostname()}"
    try:
        while not _step(job_id, name):
            pass
    finally:
        connection.close()


def _step(job_id: int, name: str) -> bool:
    """Run a chunk, or wait for those that others have or have lost; return whether the job is finished."""
    try:
        if not jobs.run_chunk(job_id=job_id, worker=name):
            jobs.recover()  # what a killed command or worker has left
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return Job.objects.filter(pk=job_id, state__in=Job.FINISHED).exists()
    except DatabaseError:
        logger.exception("Job %s waits: the database went away.", job_id)
        connection.close()
        time.sleep(SECONDS_BETWEEN_LOOKS)
        return False
