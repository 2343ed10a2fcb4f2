"""Build the index that search uses."""

from recommender.management.job_command import JobCommand
from recommender.models import Job


class Command(JobCommand):
    """`manage.py title_index`."""

    help = "Build the index that search uses and put it in service."
    kind = Job.Kind.TITLE_INDEX

    def done(self, job: Job) -> str:
        return f"The title index is in service as version {(job.result or {})['model_version']}."
