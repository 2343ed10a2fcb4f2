"""Gives the test session its own throw-away PostgreSQL and data folder, before Django's settings are read.

The processes of pytest-xdist have a folder and databases of their own on one server, which the first process runs.
"""

import atexit
import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from movierec_site import embedded
from tests.support.release_copy import whole_release

PREFIX = "movierec-tests-"
SHARED = "MOVIEREC_TESTS_SHARED"
"""Names the folder of the first process, unless the database is somebody else's."""
ENVIRONMENT = {
    "SECRET_KEY": "only for tests, and long enough that nothing complains about it",
    "CELERY_BROKER_URL": "filesystem://",
    "OPENBLAS_NUM_THREADS": "1",  # small systems, on machines that are busy: BLAS threads would wait for each other
    "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "2"),
}
UNSET = (
    "TMDB_API_KEY",
    "TMDB_URL",
    "TMDB_RATE",
    "ARTIFACT_BUCKET",
    "AWS_ENDPOINT_URL",
    "EMAIL_HOST",
    "HTTPS",
    "DEBUG",
    "ALLOWED_HOSTS",
    "PORT",
    "HOST",
)


def _remove_abandoned(parent: Path) -> None:
    """Remove what killed sessions of this user left; a living session holds its folder's lock."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            lock = os.open(folder / "session.lock", os.O_RDWR)
        except OSError:  # somebody else's, or just being made
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            if folder.stat().st_uid == os.geteuid():
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _start() -> contextlib.ExitStack:
    stack = contextlib.ExitStack()
    parent = Path(tempfile.gettempdir())
    _remove_abandoned(parent)
    data_dir = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)).resolve()
    stack.callback(shutil.rmtree, data_dir, ignore_errors=True)
    lock = os.open(data_dir / "session.lock", os.O_RDWR | os.O_CREAT, 0o600)
    stack.callback(os.close, lock)
    fcntl.flock(lock, fcntl.LOCK_EX)
    for name in UNSET:
        os.environ.pop(name, None)
    os.environ.update(ENVIRONMENT, MOVIEREC_DATA_DIR=str(data_dir))
    if os.environ.get("MOVIELENS_DATA"):
        os.environ["MOVIELENS_DATA"] = str(whole_release(Path(os.environ["MOVIELENS_DATA"]), data_dir))
    if not os.environ.get("DATABASE_URL", "").strip():
        _share(data_dir)
        try:
            stack.enter_context(embedded.serve(data_dir, throw_away=True))
        except embedded.EmbeddedError as error:
            stack.close()
            raise pytest.UsageError(str(error)) from error
    return stack


def _share(data_dir: Path) -> None:
    """Let a process of pytest-xdist join the first one's server, and the first one be found."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ[SHARED] = str(data_dir)
        return
    socket = data_dir / "postgres" / "socket"
    if embedded.settings_for(data_dir)["HOST"] == str(socket):
        (data_dir / "postgres").symlink_to(Path(os.environ[SHARED]) / "postgres")
    else:  # the path is too long for a socket: this process runs a server of its own
        os.environ[SHARED] = str(data_dir)


_session = _start()
atexit.register(_session.close)  # when pytest gives up before it is configured


def pytest_unconfigure() -> None:
    """Stop the server and remove the folder, also after Ctrl-C."""
    _session.close()
