"""Find the similar movies of every movie."""

from recommender.management.job_command import JobCommand
from recommender.models import Job


class Command(JobCommand):
    """`manage.py similar_movies`."""

    help = "Find the similar movies of every movie and put them in service."
    kind = Job.Kind.SIMILAR_MOVIES

    def done(self, job: Job) -> str:
        return f"Similar movies are in service as version {(job.result or {})['model_version']}."
