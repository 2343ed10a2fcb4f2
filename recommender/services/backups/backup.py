"""Back up an installation: the database, the artifacts in service, and what a drill compares with."""

import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from recommender.engine.data.artifact import ArtifactError
from recommender.engine.progress import no_progress
from recommender.models import Experiment, ModelVersion
from recommender.services.backups import database, manifest, places, programs, record, results
from recommender.services.backups.errors import BackupError
from recommender.services.backups.manifest import File, Manifest
from recommender.services.jobs.progress import OnProgress
from recommender.services.storage import artifacts

RECORDED, DUMPED, COPIED = 0.2, 0.7, 0.8
"""Shares of the work that are done after each step; the last one sends the files to a bucket."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that has been made."""

    address: str
    n_files: int
    size: int
    n_lists: int


def back_up(target: str, *, on_progress: OnProgress = no_progress) -> Backup:
    """Make a backup under a new name in a folder or bucket, and write the result where `/metrics` reads it.

    Raises
    ------
    BackupError
        If it cannot be made; nothing of it is left then.
    """
    with results.written("backup") as details:
        where = places.place(target)
        details["target"] = str(where)
        try:
            with where.new(lambda share, message="": on_progress(COPIED + share * (1 - COPIED), message)) as folder:
                made = _fill(folder, on_progress)
            name = where.names()[-1]
        except OSError as error:
            raise BackupError(
                f"The backup could not be written to {error.filename or where} ({error.strerror}); free some space"
                " there, or choose another folder."
            ) from error
        except ArtifactError as error:
            raise BackupError(str(error)) from error
        backup = Backup(f"{str(where).rstrip('/')}/{name}", len(made.files), made.size, len(made.lists))
        details.update(source=backup.address, bytes=backup.size, files=backup.n_files)
        return backup


def _fill(folder: Path, on_progress: OnProgress) -> Manifest:
    """Write everything into a folder; all of it, record and dump, is of one moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        on_progress(0.0, "Counting rows")
        tables = record.tables()
        on_progress(RECORDED / 2, "Making lists")
        lists = record.lists()
        database.dump(
            folder / manifest.DUMP,
            snapshot=snapshot,
            on_progress=lambda share, message="": on_progress(RECORDED + share * (DUMPED - RECORDED), message),
        )
        versions = _versions_in_use()
        made = Manifest(
            created_at=timezone.now().isoformat(),
            release=release(),
            postgresql=programs.server_version(),
            migrations=sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
            settings=settings.SETTINGS_GIVEN,
            tables=tables,
            lists=lists,
        )
    for number, version_in_use in enumerate(versions):
        on_progress(DUMPED + number / len(versions) * (COPIED - DUMPED), f"Copying {version_in_use}")
        _copy_artifact(version_in_use, folder / manifest.ARTIFACTS)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        made.files[str(file.relative_to(folder))] = File.of(file)
    made.write(folder)
    return made


def release() -> str:
    """Return the version of movierec."""
    try:
        return version("movierec")
    except PackageNotFoundError:
        return "unknown"


def _versions_in_use() -> list[ModelVersion]:
    """Return the versions in service, and those that a running experiment shows."""
    in_experiments = ModelVersion.objects.stored().filter(pk__in=Experiment.objects.versions_in_use())
    return list((ModelVersion.objects.active() | in_experiments).distinct().order_by("pk"))


def _copy_artifact(of: ModelVersion, folder: Path) -> None:
    copy = folder / of.artifact_key
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(artifacts.local_file(key=of.artifact_key, sha256=of.artifact_sha256), copy)
