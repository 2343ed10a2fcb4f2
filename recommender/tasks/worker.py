"""What a worker does besides its tasks: it looks after lost jobs, and hands its chunks back when it is told to stop."""

import logging
import threading

from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.db import Error, connection

from recommender.services import jobs
from recommender.services.jobs import shutdown
from recommender.services.storage import artifacts

logger = logging.getLogger(__name__)
LOOKS_PER_LOSS = 3
_stop = threading.Event()


@worker_ready.connect
def look_after_jobs(**_: object) -> None:
    """Start the timer: every worker has one, so a fleet needs no machine that is special."""
    threading.Thread(target=_look_after_jobs, name="recover-jobs", daemon=True).start()


@worker_shutting_down.connect
def hand_chunks_back(**_: object) -> None:
    """Let the pool processes know that the worker stops."""
    shutdown.announce()
    _stop.set()


def _look_after_jobs() -> None:
    passing: tuple[type[Exception], ...] = (Error, *artifacts.storage_errors())
    while not _stop.wait(settings.JOB_LOST_AFTER / LOOKS_PER_LOSS):
        try:
            jobs.recover()
            jobs.clean_up()
            artifacts.remove_abandoned_work()
        except passing:
            logger.exception("Lost jobs could not be looked for; trying again.")
        finally:
            connection.close()  # none is open when a pool process is forked
