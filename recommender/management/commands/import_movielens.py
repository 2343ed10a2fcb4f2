"""Import a MovieLens release."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from recommender.management.job_command import JobCommand
from recommender.models import Job


class Command(JobCommand):
    """`manage.py import_movielens`."""

    help = "Import a MovieLens release and remove what it no longer has; importing it again changes nothing."
    kind = Job.Kind.IMPORT

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("path", type=Path, metavar="PATH", help="a folder or zip that the workers can read")

        parser.add_argument(
            "--match-titles",
            action="store_true",
            help="the release numbers its movies differently: map them by IMDb id, TMDB id, or title and year",
        )

    def job_arguments(self, options: dict[str, Any]) -> dict[str, Any]:
        path: Path = options["path"].expanduser()
        if not path.exists():
            raise CommandError(f"{path} does not exist: give a folder or a zip of a MovieLens release.")
        return {"path": str(path.resolve()), "match_titles": options["match_titles"]}

    def done(self, job: Job) -> str:
        result = job.result or {}
        changes = [
            f"{table}: {rows['inserted']:,} new, {rows['updated']:,} changed, {rows['removed']:,} removed, "
            f"{rows['unchanged']:,} unchanged"
            for table in ("movies", "ratings", "tags")
            if (rows := result[table])
        ]
        lines = [f"Imported {job.arguments['path']}. {'; '.join(changes).capitalize()}."]
        if result["n_unmapped"]:
            one = result["n_unmapped"] == 1
            which, whose = ("movie is", "its") if one else ("movies are", "their")
            lines.append(f"{result['n_unmapped']:,} {which} not here or may be several; {whose} ratings are left out:")
            lines += [f"  {title}" for title in result["unmapped"]]
            if result["n_unmapped"] > len(result["unmapped"]):
                lines.append(f"  and {result['n_unmapped'] - len(result['unmapped']):,} more")
        return "\n".join(lines)
