"""Run a worker on an EC2 instance, and stop it in time when the instance is about to go."""

import logging
import signal
import subprocess
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from movierec_site.processes import children
from recommender.services.aws.notices import HOOK_TIMEOUT, MARGIN, Notice
from recommender.services.aws.watch import INTERVAL, Watch

logger = logging.getLogger(__name__)
EXAMPLE = "manage.py watch_instance -- celery -A movierec_site worker"
START_AGAIN = 75
"""The exit code for systemd's `Restart=on-failure`: the machine was not replaced after all."""


class Command(BaseCommand):
    """One watcher for one worker, which is its child: neither runs without the other."""

    help = f"Run a worker and watch for the end of this EC2 instance: {EXAMPLE}"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("worker", nargs="*", metavar="-- COMMAND", help="the command that runs the worker")

    def handle(self, *args: Any, worker: Sequence[str], **options: Any) -> None:
        if not worker:
            raise CommandError(f"The command of the worker is missing, as in: {EXAMPLE}.")
        try:
            process = subprocess.Popen(
                worker, start_new_session=True, preexec_fn=children.die_with_parent(signal.SIGTERM)
            )
        except OSError as error:
            raise CommandError(f"{worker[0]} cannot be started ({error.strerror}).") from None
        told_to_stop = _forward_signals(process)
        watch = Watch()
        notice = _wait_for_notice(watch, process)
        if notice is None:
            sys.exit(process.returncode if process.returncode >= 0 else 128 - process.returncode)
        logger.info("Stopping the worker: %s.", notice.why)
        children.stop(process, [(signal.SIGTERM, _seconds_to_stop(notice))])
        sys.exit(_leave(watch, notice, told_to_stop))


def _forward_signals(process: "subprocess.Popen[bytes]") -> threading.Event:
    """Let the worker stop in its own time when this process is told to."""
    told = threading.Event()

    def forward(*_: object) -> None:
        told.set()
        if process.poll() is None:
            process.terminate()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, forward)
    return told


def _wait_for_notice(watch: Watch, process: "subprocess.Popen[bytes]") -> Notice | None:
    """Return the first notice, or None once the worker has exited by itself."""
    while process.poll() is None:
        notice = watch.look()
        if notice is not None:
            return notice
        watch.protect_while_busy()
        try:
            process.wait(INTERVAL)
        except subprocess.TimeoutExpired:
            continue
    return None


def _seconds_to_stop(notice: Notice) -> float:
    """Return how long the worker may take; it hands its chunk back within ten seconds unless something is wrong."""
    left = min(notice.deadline - datetime.now(UTC), HOOK_TIMEOUT - MARGIN)
    return max(left.total_seconds(), 0.0)


def _leave(watch: Watch, notice: Notice, told_to_stop: threading.Event) -> int:
    """Tell the group that the machine may go, as soon as the group asks; return the exit code."""
    while not watch.leave():
        later = watch.look()  # an interruption may follow a recommendation
        notice = min(notice, later or notice, key=lambda each: each.deadline)
        if datetime.now(UTC) > notice.deadline:
            logger.warning("The group has not asked whether this machine may go (%s).", notice.why)
            return START_AGAIN if notice.machine_may_stay else 0
        if told_to_stop.wait(INTERVAL):
            return 0
    logger.info("The worker has stopped and the machine may go.")
    return 0
