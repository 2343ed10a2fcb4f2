"""Run a worker alone, by default with as many chunks at once as the machine has cores and memory for."""

import os
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from movierec_site.processes import site_commands
from recommender.management.site_process import SiteProcess
from recommender.services.jobs.concurrency import pool_size

AUTO = "auto"


class Command(SiteProcess):
    """`movierec worker`."""

    help = "Run a worker, which takes chunks of jobs until it is told to stop; needs DATABASE_URL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        usual = os.environ.get("WORKER_CONCURRENCY") or AUTO
        parser.add_argument(
            "--concurrency",
            type=_auto_or_number,
            default=usual,
            help="chunks at once: a number, or auto for as many as cores and memory allow (default: %(default)s)",
        )
        parser.add_argument("--hostname", default="worker@%h", help="name of the worker (default: %(default)s)")

    def command(self, **options: Any) -> list[str]:
        """Return the command of a worker, which finds the concurrency in its environment."""
        concurrency = options["concurrency"]
        os.environ["WORKER_CONCURRENCY"] = concurrency
        processes = n_processes(concurrency)
        self.stdout.write(f"A worker with {processes} processes starts.")
        self.stdout.flush()
        return site_commands.worker(processes, hostname=options["hostname"])


def n_processes(concurrency: str) -> str:
    """Return how many processes the worker has: the number asked for, or what `auto` allows."""
    return str(pool_size()) if concurrency == AUTO else concurrency


def _auto_or_number(text: str) -> str:
    if text.lower() == AUTO:
        return AUTO
    if not (text.isdecimal() and int(text) >= 1):
        raise ArgumentTypeError(f"{text} is neither auto nor a whole number of at least 1")
    return text
