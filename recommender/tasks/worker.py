"""What a worker does besides its tasks: it recovers stale jobs, and hands its chunks back when it is told to stop."""

import logging
import threading

from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.db import Error, connection

from recommender.services import jobs
from recommender.services.jobs import shutdown
from recommender.services.storage import artifacts

logger = logging.getLogger(__name__)
CHECKS_PER_TIMEOUT = 3
_stop = threading.Event()


@worker_ready.connect
def start_recovery(**_: object) -> None:
    """Start the recovery timer; every worker has one, so no machine is special."""
    threading.Thread(target=_recover_jobs, name="recover-jobs", daemon=True).start()


@worker_shutting_down.connect
def hand_chunks_back(**_: object) -> None:
    """Tell the pool processes that the worker is stopping."""
    shutdown.request()
    _stop.set()


def _recover_jobs() -> None:
    transient: tuple[type[Exception], ...] = (Error, *artifacts.storage_errors())
    while not _stop.wait(settings.JOB_LOST_AFTER / CHECKS_PER_TIMEOUT):
        try:
            jobs.recover()
            jobs.clean_up()
            artifacts.remove_abandoned_work()
        except transient:
            logger.exception("Stale jobs could not be recovered; trying again.")
        finally:
            connection.close()  # so that no connection is open when a pool process is forked
