"""The steps that bring an installation up to date; each does nothing if there is nothing to do."""

import hashlib
import os
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

ADMIN = "admin"


def migrate() -> None:
    """Apply pending migrations."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Updating the database tables ...", flush=True)
        call_command("migrate", interactive=False, verbosity=0)


def collect_static_files() -> None:
    """Collect, hash and compress the static files, unless they have not changed since."""
    root = Path(settings.STATIC_ROOT)
    stamp, fingerprint = root / ".collected", _static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    print("Collecting static files ...", flush=True)
    try:
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        aside = root / ".collected.new"
        aside.write_text(fingerprint)
        aside.replace(stamp)
    except OSError as error:
        raise CommandError(
            f"Static files cannot be written to {root} ({error.strerror}); set STATIC_ROOT to a folder that belongs to"
            " this account, with space left."
        ) from error


def _static_fingerprint() -> str:
    digest = hashlib.sha256()
    for package in ("django", "django-ninja", "django-allauth", "whitenoise"):
        digest.update(f"{package} {version(package)}\n".encode())
    for folder in map(Path, settings.STATICFILES_DIRS):
        for file in sorted(folder.rglob("*")):
            status = file.stat()
            digest.update(f"{file} {status.st_mtime_ns} {status.st_size}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


def create_first_admin(password: str) -> str | None:
    """Create the first administrator and return the name; None if there already is one."""
    users = get_user_model().objects
    if users.filter(is_superuser=True).exists():
        return None
    name = ADMIN if not users.filter(username=ADMIN).exists() else f"{ADMIN}-{os.urandom(3).hex()}"
    users.create_superuser(username=name, email=f"{name}@localhost", password=password)
    return name


def prepare() -> bool:
    """Run the jobs that a fresh installation needs, one after another; return whether there were any."""
    from recommender.management import first_run

    try:
        steps = first_run.pending_steps(dataset=_dataset)
        if not steps:
            return False
        from recommender.management import progress_bar
        from recommender.services import jobs

        for step in steps:
            progress_bar.show(step.label, jobs.follow(job_id=step.start().pk))
    finally:
        connection.close()
    return True


def _dataset() -> Path:
    from recommender.management import progress_bar
    from recommender.services.movielens import find_dataset

    with progress_bar.meter("Getting a dataset") as on_progress:
        return find_dataset.locate_dataset(on_progress=on_progress, say=print)
