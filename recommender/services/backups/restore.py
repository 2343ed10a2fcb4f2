"""Restore a backup: verify all of it, then bring back the artifacts and, in one transaction, the database."""

from dataclasses import dataclass, field
from pathlib import Path

from django.core.files import File
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from recommender.engine.data.artifact import ArtifactError
from recommender.engine.progress import no_progress
from recommender.models import Job, ModelVersion
from recommender.services import jobs
from recommender.services.backups import database, manifest, places, record
from recommender.services.backups.errors import BackupError
from recommender.services.backups.manifest import Manifest
from recommender.services.jobs.progress import OnProgress
from recommender.services.storage import artifacts
from recommender.services.storage.outages import storage_errors
from recommender.services.versions import serving

FETCHED, VERIFIED, COPIED, RESTORED = 0.2, 0.3, 0.4, 0.9


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored; `problems` are the differences from the site that was backed up, if they were asked for."""

    address: str
    created_at: str
    n_rows: int
    n_artifacts: int
    n_lists: int
    problems: list[str] = field(default_factory=list)


def restore(
    source: str, *, replace: bool = False, compare: bool = False, on_progress: OnProgress = no_progress
) -> Restored:
    """Restore the backup that is named, or the newest one of a folder or bucket.

    Raises
    ------
    BackupError
        If the backup is not whole, the database is not empty (unless `replace`) or in use, or something else fails; the
        database is then as it was.
    """
    where, name = places.found(source)
    _refuse_a_database_in_use(replace)
    with where.opened(name, lambda share, message="": on_progress(share * FETCHED, message)) as folder:
        on_progress(FETCHED, "Verifying")
        made = manifest.read(folder)
        _refuse_a_newer_release(made)
        on_progress(VERIFIED, "Copying artifacts")
        n_artifacts = _put_artifacts_back(folder, made)
        database.restore(
            folder / manifest.DUMP,
            replace=replace,
            dumped_by=made.postgresql,
            row_counts=made.row_counts,
            on_progress=lambda share, message="": on_progress(COPIED + share * (RESTORED - COPIED), message),
        )
    problems = []
    if compare:
        on_progress(RESTORED, "Comparing rows")
        problems = record.differences_of_tables(made.tables, record.tables())
    call_command("migrate", interactive=False, verbosity=0)
    serving.clear()
    _forget_artifacts_that_are_gone()
    _start_interrupted_jobs_over()
    if compare:
        on_progress(RESTORED, "Comparing lists")
        problems += record.differences_of_lists(made.lists, record.lists())
    n_rows = sum(made.row_counts.values())
    address = f"{str(where).rstrip('/')}/{name}"
    return Restored(address, made.created_at, n_rows, n_artifacts, len(made.lists), problems)


def _refuse_a_database_in_use(replace: bool) -> None:
    n_tables, n_others = len(database.tables()), database.others_connected()
    if n_tables and not replace:
        raise BackupError(
            f"The database {connection.settings_dict['NAME']} is not empty: it has {n_tables} tables. Restore into an"
            " empty one, or let --replace remove what is in it."
        )
    if n_tables and n_others:
        raise BackupError(
            f"{n_others} other sessions use the database {connection.settings_dict['NAME']}; stop the site and its"
            " workers first."
        )


def _refuse_a_newer_release(made: Manifest) -> None:
    loader = MigrationLoader(None)
    known = {f"{app}.{name}" for app, name in (*loader.disk_migrations, *loader.replacements)}
    apps = {name.split(".")[0] for name in known}
    unknown = [name for name in made.migrations if name not in known and name.split(".")[0] in apps]
    if unknown:
        raise BackupError(
            f"The backup is of release {made.release}, newer than this one: it has the migration {unknown[-1]}."
            " Install that release, then restore."
        )


def _put_artifacts_back(folder: Path, made: Manifest) -> int:
    """Store the artifacts under their keys, unless they are still there unharmed."""
    storage = storages["artifacts"]
    prefix = f"{manifest.ARTIFACTS}/"
    stored = {name.removeprefix(prefix): file for name, file in made.files.items() if name.startswith(prefix)}
    try:
        for key, file in stored.items():
            try:
                artifacts.local_file(key=key, sha256=file.sha256)
            except ArtifactError:
                storage.delete(key)
                with (folder / prefix / key).open("rb") as content:
                    storage.save(key, File(content))
    except storage_errors() as error:
        raise BackupError(f"The artifacts could not be put back into artifact storage ({error}).") from error
    return len(stored)


def _forget_artifacts_that_are_gone() -> None:
    """Mark versions whose artifacts were not in the backup as removed, so that nobody rolls back to them."""
    storage = storages["artifacts"]
    stored = ModelVersion.objects.stored().exclude(state=ModelVersion.State.ACTIVE)
    gone = [pk for pk, key in stored.values_list("pk", "artifact_key") if not storage.exists(key)]
    ModelVersion.objects.filter(pk__in=gone).update(artifact_removed_at=timezone.now())


def _start_interrupted_jobs_over() -> None:
    """Start jobs over that were running: the files between their stages are not in a backup."""
    for job_id in Job.objects.unfinished().values_list("pk", flat=True):
        jobs.start_over(job_id=job_id)
