"""Keep a snapshot of the ratings."""

from recommender.management.job_command import JobCommand
from recommender.models import Job


class Command(JobCommand):
    """`manage.py snapshot`."""

    help = "Keep a snapshot of the current ratings as an artifact."
    kind = Job.Kind.SNAPSHOT

    def done(self, job: Job) -> str:
        result = job.result or {}
        return f"A snapshot of {result['ratings']:,} ratings is version {result['model_version']}."
