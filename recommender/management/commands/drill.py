"""Prove that a backup can be restored."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommender.management import progress_bar
from recommender.management.backup_source import add_source
from recommender.services.backups import BackupError
from recommender.services.backups.drill import drill


class Command(BaseCommand):
    """`manage.py drill`."""

    help = "Restore a backup into an empty installation, compare rows, hashes and lists, and throw it away."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_source(parser)
        parser.add_argument(
            "--server", default="", metavar="URL", help="make a scratch database here, not on an embedded server"
        )

    def handle(self, *args: Any, source: str, server: str, **options: Any) -> None:
        try:
            with progress_bar.meter("Drill") as on_progress:
                found = drill(source, server=server, on_progress=on_progress)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted; what was restored is gone.", returncode=130) from error
        if found.problems:
            raise CommandError(f"{found.address} is not what was backed up. {' '.join(found.problems[:10])}")
        self.stdout.write(
            f"{found.address} can be restored: {found.n_rows:,} rows, {found.n_artifacts} artifacts and the lists of"
            f" {found.n_lists} raters are the same."
        )
