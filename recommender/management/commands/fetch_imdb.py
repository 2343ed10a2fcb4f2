"""Bring all films of IMDb's data files, and their people, into the catalogue."""

import sys
from argparse import ArgumentParser
from typing import Any

from recommender.management.job_command import JobCommand
from recommender.models import Job
from recommender.services.catalogue import imdb, imdb_terms


class Command(JobCommand):
    """`manage.py fetch_imdb`."""

    help = "Fetch IMDb's data files and add their films and people; run it again to continue or to update."
    kind = Job.Kind.IMDB

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--accept-terms", action="store_true", help="accept IMDb's terms without being asked")

    def job_arguments(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"accept_terms": options["accept_terms"] or (not imdb_terms.accepted() and self._asked())}

    def done(self, job: Job) -> str:
        return f"IMDb: {imdb.Fetched.from_result(job.result or {})}."

    def _asked(self) -> bool:
        """Show the terms and ask, where somebody can answer."""
        if not sys.stdin.isatty():
            return False
        self.stdout.write(imdb_terms.TERMS)
        return input("Do you accept these terms? [y/N] ").strip().lower() in ("y", "yes")
