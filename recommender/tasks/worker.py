"""What a worker does besides its tasks: say it is there, recover stale jobs, hand chunks back when told to stop."""

import contextlib
import logging
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.db import Error, connection

from recommender.services import jobs
from recommender.services.jobs import presence, shutdown
from recommender.services.storage import artifacts
from recommender.services.storage.outages import storage_errors

logger = logging.getLogger(__name__)
CHECKS_PER_TIMEOUT = 3
_stop = threading.Event()


@worker_ready.connect
def start_recovery(sender: Any, **_: object) -> None:
    """Start the timer of recovery and heartbeats; every worker has one, so no machine is special."""
    threading.Thread(target=_beat, args=(str(sender.hostname),), name="recover-jobs", daemon=True).start()


@worker_shutting_down.connect
def hand_chunks_back(**_: object) -> None:
    """Tell the pool processes that the worker is stopping."""
    shutdown.request()
    _stop.set()


def _beat(name: str) -> None:
    transient: tuple[type[Exception], ...] = (Error, *storage_errors())
    say = presence.say_started
    while True:
        presence.touch_file()
        try:
            say(name)
            say = presence.say_here
            jobs.recover()
            jobs.clean_up()
            artifacts.remove_abandoned_work()
        except transient:
            logger.exception("Stale jobs could not be recovered; trying again.")
        finally:
            connection.close()  # so that no connection is open when a pool process is forked
        if _stop.wait(settings.JOB_LOST_AFTER / CHECKS_PER_TIMEOUT):
            break
    with contextlib.suppress(Error):
        presence.say_gone(name)
    connection.close()
