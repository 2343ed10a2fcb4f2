"""Fetch posters, overviews, titles and runtimes from The Movie Database."""

from typing import Any

from django.core.management.base import CommandError

from recommender.management import progress_bar
from recommender.management.job_command import JobCommand
from recommender.models import Job
from recommender.services.catalogue import tmdb
from recommender.services.catalogue.tmdb_client import CannotFetch, TmdbClient


class Command(JobCommand):
    """`manage.py fetch_metadata`."""

    help = "Fetch posters, overviews, titles and runtimes from The Movie Database; run it again to continue."
    kind = Job.Kind.TMDB

    def handle(self, *args: Any, local: bool, **options: Any) -> None:
        try:
            TmdbClient.from_settings(n_connections=1)  # fail here, not in a worker
            if not local:
                super().handle(local=False)
                return
            self.stdout.write(_sentence(self._here()))
        except KeyboardInterrupt:
            raise CommandError(
                "Interrupted. What has been fetched is saved; run the command again to continue."
            ) from None
        except CannotFetch as error:
            raise CommandError(str(error)) from None

    def done(self, job: Job) -> str:
        return _sentence(tmdb.Fetched.from_result(job.result or {}))

    def _here(self) -> tmdb.Fetched:
        """Fetch without a job."""
        from recommender.services.catalogue import title_search

        with progress_bar.meter("Fetching metadata") as on_progress:
            fetched = tmdb.fetch_metadata(on_progress=on_progress)
        if fetched.title_index_is_behind:
            with progress_bar.meter("Building the title index") as on_progress:
                title_search.build(on_progress=on_progress)
        return fetched


def _sentence(fetched: tmdb.Fetched) -> str:
    return f"Metadata: {fetched}."
