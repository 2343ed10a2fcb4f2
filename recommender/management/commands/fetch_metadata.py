"""Fetches posters, overviews, titles and runtimes from The Movie Database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommender.management import progress_bar
from recommender.models import Job
from recommender.services import jobs, tmdb
from recommender.services.tmdb_client import CannotFetch, TmdbClient

LABEL = "Fetching metadata"


class Command(BaseCommand):
    """`manage.py fetch_metadata`."""

    help = "Fetch posters, overviews, titles and runtimes from The Movie Database; run it again to go on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--local", action="store_true", help="do the work here instead of in a worker")

    def handle(self, *args: Any, local: bool, **options: Any) -> None:
        try:
            TmdbClient.from_settings(n_connections=1)  # better said now than by a worker
            fetched = self._here() if local else self._in_a_worker()
        except KeyboardInterrupt:
            raise CommandError("Interrupted. What has been fetched is saved; run the command again to go on.") from None
        except (CannotFetch, jobs.JobFailed) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Metadata: {fetched}.")

    def _here(self) -> tmdb.Fetched:
        from recommender.services import title_search

        with progress_bar.meter(LABEL) as on_progress:
            fetched = tmdb.fetch_metadata(on_progress=on_progress)
        if fetched.title_index_is_behind:
            with progress_bar.meter("Building the title index") as on_progress:
                title_search.build(on_progress=on_progress)
        return fetched

    def _in_a_worker(self) -> tmdb.Fetched:
        running = Job.objects.unfinished().filter(kind=Job.Kind.TMDB).first()
        job = running or jobs.start(kind=Job.Kind.TMDB)
        try:
            progress_bar.show(LABEL, jobs.follow(job_id=job.pk))
        except KeyboardInterrupt:
            jobs.cancel(job_id=job.pk)
            raise
        job.refresh_from_db()
        return tmdb.Fetched.of_result(job.result or {})
