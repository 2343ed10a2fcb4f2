"""What the commands that run a job share: ask for it, show how far it is, say in one line what was done."""

import contextlib
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from recommender.management import progress_bar
from recommender.models import Job
from recommender.models.job import JobQuerySet
from recommender.services import job_kinds, jobs
from recommender.services.jobs import broker, local_worker


class JobCommand(BaseCommand):
    """Queues a job and follows it or, with `--local`, runs it in this process; Ctrl-C cancels it."""

    kind: ClassVar[Job.Kind]
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--local", action="store_true", help="do the work here instead of in a worker")

    def job_arguments(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what to ask for, from the options."""
        return {}

    def done(self, job: Job) -> str:
        """Say in one line what a job that succeeded has done."""
        raise NotImplementedError

    def handle(self, *args: Any, local: bool, **options: Any) -> None:
        job = self.run(local=local, arguments=self.job_arguments(options))
        self.stdout.write(self.done(job))

    def run(self, *, local: bool, arguments: dict[str, Any]) -> Job:
        """Return the job once it has succeeded; a `CommandError` says why it has not."""
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
            if local:
                work.enter_context(local_worker.at_work(job_id=job.pk))
            progress_bar.show(job.get_kind_display(), jobs.follow(job_id=job.pk))
        job.refresh_from_db()
        return job


@contextlib.contextmanager
def _cancelled_by_ctrl_c(same: JobQuerySet, *, joined: Job | None) -> Iterator[None]:
    """Cancel on Ctrl-C what was started here, even if it only just was; leave a job that was there before."""
    try:
        yield
    except KeyboardInterrupt:
        connection.close()  # Ctrl-C may have come in the middle of a query, and nothing more can be asked there
        job = same.first()
        if job is None:
            raise CommandError("Interrupted; nothing was started.") from None
        if job == joined:
            stop = f"manage.py cancel_job {job.pk}"
            raise CommandError(f"Interrupted. {job} was there before and goes on; `{stop}` stops it.") from None
        jobs.cancel(job_id=job.pk)
        again = f"manage.py retry_job {job.pk}"
        raise CommandError(f"Interrupted, and {job} with it. `{again}` lets it go on where it was.") from None


def write_json(path: Path, figures: dict[str, Any]) -> None:
    """Write aside and rename, so that a reader never sees half a file."""
    aside = path.with_name(f".{path.name}.partial")
    aside.write_text(json.dumps(figures, indent=2) + "\n")
    aside.replace(path)
