"""The client programs of PostgreSQL: those that come with the embedded server, or those of the system."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from recommender.services.backups.errors import BackupError
from recommender.services.training.rating_arrays import adbc_uri

OF_DEBIAN = Path("/usr/lib/postgresql")


def find(*, at_least: int) -> Path:
    """Return the folder of the oldest programs that are at least of this major version, as new as a server or a dump.

    Raises
    ------
    BackupError
        If there are none.
    """
    found = {folder: version for folder in _folders() if (version := _version(folder)) >= at_least}
    if not found:
        raise BackupError(
            f"pg_dump and pg_restore of PostgreSQL {at_least} or newer are not installed; install its client programs"
            f" (Debian: apt-get install postgresql-client-{at_least}) or run `pip install 'movierec[embedded]'`."
        )
    return min(found, key=lambda folder: found[folder])


def server_version() -> int:
    """Return the major version of the server that Django is connected to."""
    connection.ensure_connection()
    return int(connection.connection.info.server_version) // 10_000


def connection_of(database: dict[str, object]) -> tuple[str, dict[str, str]]:
    """Return an entry of DATABASES as libpq's connection string, and as environment what other users must not see."""
    without_password = {name: value for name, value in database.items() if name != "PASSWORD"}
    password = {"PGPASSWORD": str(database["PASSWORD"])} if database.get("PASSWORD") else {}
    return adbc_uri(without_password), {"PATH": os.pathsep.join(os.get_exec_path()), "LC_ALL": "C", **password}


def _folders() -> Iterator[Path]:
    yield from settings.POSTGRES_PROGRAMS
    yield from OF_DEBIAN.glob("*/bin")
    yield from map(Path, os.get_exec_path())


def _version(folder: Path) -> int:
    if not all(os.access(folder / name, os.X_OK) for name in ("pg_dump", "pg_restore", "psql")):
        return 0
    said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(number[1]) if number else 0
