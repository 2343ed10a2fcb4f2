"""The base of commands that run a job: start it, show its progress, print one line about its result."""

import contextlib
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from recommender.management import progress_bar
from recommender.models import Job
from recommender.models.job import JobQuerySet
from recommender.services import job_kinds, jobs
from recommender.services.jobs import broker, costs, local_worker
from recommender.services.jobs.transitions import FAILED_STAGES


class JobCommand(BaseCommand):
    """Queues a job and follows it or, with `--local`, runs it in this process; Ctrl-C cancels it."""

    kind: ClassVar[Job.Kind]
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--local", action="store_true", help="run the job in this process instead of a worker")

    def job_arguments(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the job's arguments, from the options."""
        return {}

    def done(self, job: Job) -> str:
        """Return one line that says what the job has done."""
        raise NotImplementedError

    def handle(self, *args: Any, local: bool, **options: Any) -> None:
        job = self.run(local=local, arguments=self.job_arguments(options))
        self.stdout.write(self.done(job))

    def run(self, *, local: bool, arguments: dict[str, Any]) -> Job:
        """Run the job and return it once it has succeeded; raise `CommandError` with the reason if it has not."""
        try:
            wanted = job_kinds.checked(kind=self.kind, arguments=arguments)
            with broker.silenced() if local else contextlib.nullcontext():
                return self._run(wanted, local=local)
        except (job_kinds.BadRequest, jobs.JobFailed) as error:
            raise CommandError(str(error)) from None

    def _run(self, arguments: dict[str, Any], *, local: bool) -> Job:
        same = Job.objects.unfinished().filter(kind=self.kind, arguments=arguments)
        joined = same.first()
        with contextlib.ExitStack() as work, _cancelled_by_ctrl_c(same, joined=None if local else joined):
            job = jobs.start(kind=self.kind, arguments=arguments)
            if job == joined:
                self.stdout.write(f"{job} is already running; following it.")
            print(f"{job.get_kind_display()}: {costs.expected(job)}", flush=True)
            if local:
                work.enter_context(local_worker.running(job_id=job.pk))
            progress_bar.show(job.get_kind_display(), jobs.follow(job_id=job.pk))
        job.refresh_from_db()
        for failed in (job.result or {}).get(FAILED_STAGES, []):
            self.stderr.write(f"{job} is done, but a stage of it failed. {failed}")
        print(f"{job.get_kind_display()}: took {costs.actual(job)}", flush=True)
        return job


@contextlib.contextmanager
def _cancelled_by_ctrl_c(same: JobQuerySet, *, joined: Job | None) -> Iterator[None]:
    """On Ctrl-C, cancel the job if this command has started it; leave one that already existed."""
    try:
        yield
    except KeyboardInterrupt:
        connection.close()  # Ctrl-C may have interrupted a query, after which this connection cannot be used
        job = same.first()
        if job is None:
            raise CommandError("Interrupted; nothing was started.") from None
        if job == joined:
            stop = f"{settings.PROGRAM} cancel_job {job.pk}"
            raise CommandError(f"Interrupted. {job} was already running and continues; `{stop}` cancels it.") from None
        jobs.cancel(job_id=job.pk)
        again = f"{settings.PROGRAM} retry_job {job.pk}"
        raise CommandError(f"Interrupted; {job} is cancelled. `{again}` continues it.") from None


def write_json(path: Path, figures: dict[str, Any]) -> None:
    """Write figures as JSON, as `write_text` does."""
    write_text(path, json.dumps(figures, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write to a temporary file and rename it, so that no reader sees half a file."""
    aside = path.with_name(f".{path.name}.partial")
    aside.write_text(text)
    aside.replace(path)
