"""Restore a backup."""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommender.management import progress_bar
from recommender.management.backup_source import add_source
from recommender.management.job_command import write_json
from recommender.services.backups import BackupError
from recommender.services.backups.restore import restore


class Command(BaseCommand):
    """`manage.py restore`."""

    help = "Restore a backup into an empty database, after verifying every file."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_source(parser)
        parser.add_argument("--replace", action="store_true", help="remove what is in the database")
        parser.add_argument(
            "--compare", type=Path, metavar="FILE", help="compare with what was backed up, and write the result here"
        )

    def handle(self, *args: Any, source: str, replace: bool, compare: Path | None, **options: Any) -> None:
        try:
            with progress_bar.meter("Restore") as on_progress:
                restored = restore(source, replace=replace, compare=compare is not None, on_progress=on_progress)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted; run the same command again.", returncode=130) from error
        if compare is not None:
            write_json(compare, asdict(restored))
        self.stdout.write(
            f"Restored {restored.address} of {restored.created_at:.19}: {restored.n_rows:,} rows and"
            f" {restored.n_artifacts} artifacts."
        )
