"""Back up the database and the artifacts in service."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from recommender.management import progress_bar
from recommender.services.backups import BackupError
from recommender.services.backups.backup import back_up


class Command(BaseCommand):
    """`manage.py backup`."""

    help = "Back up the database, the artifacts in service and the names of settings."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "target", nargs="?", default=settings.BACKUP_TARGET, help="folder or s3://bucket/prefix (BACKUP_TARGET)"
        )

    def handle(self, *args: Any, target: str, **options: Any) -> None:
        try:
            with progress_bar.meter("Backup") as on_progress:
                made = back_up(target, on_progress=on_progress)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted; nothing of the backup is left.", returncode=130) from error
        self.stdout.write(f"Backed up to {made.address}: {made.n_files} files, {filesizeformat(made.size)}.")
