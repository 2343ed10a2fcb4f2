"""Dump the database with pg_dump and restore it with pg_restore and psql, in one transaction each."""

import re
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.db import connection

from recommender.services.backups import programs
from recommender.services.backups.errors import BackupError
from recommender.services.jobs.progress import OnProgress

DUMPING = re.compile(r'dumping contents of table "(?:\w+\.)?(\w+)"')
COPYING = re.compile(rb"^COPY (?:\w+\.)?(\w+) ", re.MULTILINE)
UNKNOWN_TO_OLDER_SERVERS = b"SET transaction_timeout = 0;\n"
AT_A_TIME = 1 << 20
SIZES = """
SELECT relname, pg_table_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
"""
EMPTY_THE_DATABASE = """
DO $$
DECLARE command text;
BEGIN
    FOR command IN
        SELECT format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass) FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
        UNION ALL
        SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', oid::regprocedure) FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP
        EXECUTE command;
    END LOOP;
END $$;
"""


def tables() -> list[str]:
    """Return the names of all tables."""
    with connection.cursor() as cursor:
        return sorted(connection.introspection.table_names(cursor))


def others_connected() -> int:
    """Return how many other sessions use the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def dump(file: Path, *, snapshot: str, on_progress: OnProgress) -> None:
    """Write what the exported snapshot of another transaction sees, in pg_dump's custom format."""
    sizes = _sizes()
    target, environment = programs.connection_of(connection.settings_dict)
    folder = programs.find(at_least=programs.server_version())
    command: list[str | Path] = [folder / "pg_dump", "--format=custom", "--verbose"]
    command += ["--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={file}", f"--dbname={target}"]
    done, said = 0, ""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                if found := DUMPING.search(line):
                    on_progress(done / max(sum(sizes.values()), 1), f"Dumping {found[1]}")
                    done += sizes.get(found[1], 0)
                said = line.strip() or said
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise BackupError(f"The database could not be dumped: {said}")


def restore(
    file: Path, *, replace: bool, dumped_by: int, row_counts: Mapping[str, int], on_progress: OnProgress
) -> None:
    """Fill the database from a dump, all of it or nothing; with `replace`, remove what is in it."""
    folder = programs.find(at_least=max(programs.server_version(), dumped_by))
    target, environment = programs.connection_of(connection.settings_dict)
    connection.close()
    reading: list[str | Path] = [folder / "pg_restore", "--no-owner", "--no-privileges", "--file=-", file]
    writing: list[str | Path] = [folder / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    writing.append(f"--dbname={target}")
    with tempfile.TemporaryFile() as said:
        source = subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=said, env=environment)
        database = subprocess.Popen(
            writing, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env=environment
        )
        assert source.stdout is not None
        assert database.stdin is not None
        try:
            with suppress(BrokenPipeError), database.stdin:  # broken if psql has given up, and said why
                database.stdin.write(b"BEGIN;\n" + (EMPTY_THE_DATABASE.encode() if replace else b""))
                _copy(source.stdout, database.stdin, row_counts, on_progress)
                if source.wait() == 0:  # else psql ends without a commit
                    database.stdin.write(b"\nCOMMIT;\n")
            database.wait()
        finally:
            for process in (source, database):
                process.kill()
                process.wait()
            source.stdout.close()
        if source.returncode or database.returncode:
            said.seek(0)
            raise BackupError(f"The database could not be restored, and is as it was: {_cause(said.read().decode())}")


def _copy(source: IO[bytes], target: IO[bytes], row_counts: Mapping[str, int], on_progress: OnProgress) -> None:
    """Pass the script on and report which table it is at."""
    first, done, table = True, 0, ""
    while chunk := source.read(AT_A_TIME):
        if first:
            chunk, first = chunk.replace(UNKNOWN_TO_OLDER_SERVERS, b""), False
        for found in COPYING.findall(chunk):
            done, table = done + row_counts.get(table, 0), found.decode()
            on_progress(done / max(sum(row_counts.values()), 1), f"Restoring {table}")
        target.write(chunk)


def _cause(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "ERROR" in line or "error:" in line]
    return (errors or lines or ["the programs were stopped."])[0]


def _sizes() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(SIZES)
        return dict(cursor.fetchall())
