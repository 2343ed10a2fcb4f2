"""Add new and coming movies from The Movie Database, and fetch again what has changed there."""

from recommender.management.job_command import JobCommand
from recommender.models import Job
from recommender.services.catalogue.tmdb import Fetched


class Command(JobCommand):
    """`manage.py fetch_new_movies`."""

    help = "Add new and coming movies from The Movie Database, and fetch again what has changed there."
    kind = Job.Kind.NEW_MOVIES

    def done(self, job: Job) -> str:
        result = job.result or {}
        found = f"{result['added']:,} movies added, {result['changed']:,} have changed"
        return f"New movies: {found}. Metadata: {Fetched.from_result(result)}."
