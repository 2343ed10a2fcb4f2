"""Drill: restore a backup into an installation that has nothing, and compare it with what was backed up."""

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from recommender.engine.progress import no_progress
from recommender.services.backups import places, results
from recommender.services.backups.errors import BackupError
from recommender.services.jobs.progress import OnProgress
from recommender.services.storage import artifacts
from recommender.services.training.rating_arrays import adbc_uri

OF_THIS_INSTALLATION = frozenset(
    {"DATABASE_URL", "SECRET_KEY", "ARTIFACT_BUCKET", "MOVIEREC_DATA_DIR", "CELERY_BROKER_URL", "STATIC_ROOT"}
)
"""Settings that the restored one has of its own, also where they name a file (`DATABASE_URL_FILE`)."""
PERCENT = re.compile(r"(\d+)%")


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill has found; without problems the backup is good."""

    address: str
    n_rows: int
    n_artifacts: int
    n_lists: int
    problems: list[str]


def drill(source: str, *, server: str = "", on_progress: OnProgress = no_progress) -> Drill:
    """Restore a backup on an embedded server, or in a scratch database on the server at this URL, and compare.

    Raises
    ------
    BackupError
        If it cannot be restored.
    """
    with results.written("drill") as details:
        where, name = places.found(source)
        address = f"{str(where).rstrip('/')}/{name}"
        details["source"] = address
        with artifacts.workspace() as folder, _database(server) as url:
            restored = _restore(address, folder, url, on_progress)
        found = Drill(address, restored["n_rows"], restored["n_artifacts"], restored["n_lists"], restored["problems"])
        details.update(rows=found.n_rows, artifacts=found.n_artifacts, lists=found.n_lists, problems=found.problems)
        return found


def _restore(address: str, folder: Path, url: str, on_progress: OnProgress) -> dict[str, Any]:
    """Let `restore` do it as on a new machine: in another process, with a data folder of its own."""
    comparison = folder / "comparison.json"
    taken_over = (name for name in os.environ if name.removesuffix("_FILE") not in OF_THIS_INSTALLATION)
    environment = {name: os.environ[name] for name in taken_over}
    environment |= {"MOVIEREC_DATA_DIR": str(folder / "data"), "DATABASE_URL": url}
    environment |= {"SECRET_KEY": secrets.token_urlsafe(50), "CELERY_BROKER_URL": "filesystem://"}
    # A wheel brings no manage.py; the folder of the packages is named because a clone is not installed.
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(settings.BASE_DIR), environment.get("PYTHONPATH"))))
    program = [sys.executable, "-m", "movierec_site.command_line"]
    command = [*program, "restore", address, "--compare", str(comparison)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = ""
        try:
            for line in process.stdout:
                said = line.strip() or said
                if share := PERCENT.search(line):
                    on_progress(int(share[1]) / 100, "Restoring")
        except BaseException:
            process.terminate()
            raise
    if process.returncode != 0:
        raise BackupError(f"The backup {address} could not be restored: {said.removeprefix('CommandError: ')}")
    restored: dict[str, Any] = json.loads(comparison.read_text())
    return restored


@contextmanager
def _database(server: str) -> Iterator[str]:
    """Yield the URL of an empty database, which is gone afterwards; an empty one means a new embedded server."""
    if not server and settings.POSTGRES_PROGRAMS:
        yield ""
        return
    maintenance = server or adbc_uri(settings.DATABASES["default"])
    name = f"movierec_drill_{secrets.token_hex(4)}"
    try:
        with psycopg.connect(maintenance, autocommit=True) as database:
            database.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            try:
                yield make_conninfo(maintenance, dbname=name)
            finally:
                database.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise BackupError(f"No scratch database could be made on the server ({reason}); check --server.") from error
