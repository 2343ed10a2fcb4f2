"""Imports a MovieLens release."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from recommender.management.job_command import JobCommand
from recommender.models import Job


class Command(JobCommand):
    """`manage.py import_movielens`."""

    help = "Bring the database up to a MovieLens release; importing the same one again changes nothing."
    kind = Job.Kind.IMPORT

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("path", type=Path, metavar="PATH", help="folder or zip, which the workers can read too")

    def job_arguments(self, options: dict[str, Any]) -> dict[str, Any]:
        path: Path = options["path"].expanduser()
        if not path.exists():
            raise CommandError(f"{path} does not exist: give a folder or a zip of a MovieLens release.")
        return {"path": str(path.resolve())}

    def done(self, job: Job) -> str:
        result = job.result or {}
        changes = [
            f"{table}: {rows['inserted']:,} new, {rows['updated']:,} changed, {rows['removed']:,} gone, "
            f"{rows['unchanged']:,} as they were"
            for table in ("movies", "ratings", "tags")
            if (rows := result[table])
        ]
        return f"Imported {job.arguments['path']}. {'; '.join(changes).capitalize()}."
