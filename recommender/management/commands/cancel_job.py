"""Cancel a job."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommender.models import Job
from recommender.services import jobs


class Command(BaseCommand):
    """`manage.py cancel_job`."""

    help = "Cancel a job: at once if none of it is running, within seconds otherwise."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job_id", type=int, metavar="ID")

    def handle(self, *args: Any, job_id: int, **options: Any) -> None:
        try:
            jobs.cancel(job_id=job_id)
        except Job.DoesNotExist:
            raise CommandError(f"There is no job {job_id}.") from None
        job = Job.objects.get(pk=job_id)
        self.stdout.write(f"{job} is {job.get_state_display().lower()}.")
