"""Retry a failed or cancelled job."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommender.models import Job
from recommender.services import jobs


class Command(BaseCommand):
    """`manage.py retry_job`."""

    help = "Continue a failed or cancelled job; chunks that have succeeded are not repeated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job_id", type=int, metavar="ID")

    def handle(self, *args: Any, job_id: int, **options: Any) -> None:
        try:
            jobs.retry(job_id=job_id)
        except Job.DoesNotExist:
            raise CommandError(f"There is no job {job_id}.") from None
        except jobs.JobRefused as error:
            raise CommandError(str(error)) from None
        job = Job.objects.get(pk=job_id)
        self.stdout.write(f"{job} is {job.get_state_display().lower()} again.")
