"""The folder in which the web processes of one gunicorn count for Prometheus; it goes when gunicorn does."""

import os
import shutil
import tempfile
from pathlib import Path

NAME = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "movierec-counts-"


def make(parent: str | None) -> None:
    """Name a new folder in the environment, unless an operator or this process has named one already.

    It is in memory where `parent` is. What gunicorns that were killed have left there is removed.
    """
    current = Path(os.environ.get(NAME, ""))
    if current.name and (not current.name.startswith(PREFIX) or _is_ours(current)):
        return
    folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent)
    os.environ[NAME] = folder
    for other in Path(folder).parent.glob(f"{PREFIX}*-*"):
        if _is_left_over(other):
            shutil.rmtree(other, ignore_errors=True)


def remove() -> None:
    """Remove the folder, if this process has made it."""
    folder = Path(os.environ.get(NAME, ""))
    if _is_ours(folder):
        shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    return folder.name.startswith(f"{PREFIX}{os.getpid()}-")


def _is_left_over(folder: Path) -> bool:
    try:
        os.kill(int(folder.name.removeprefix(PREFIX).partition("-")[0]), 0)
    except ProcessLookupError:
        return folder.stat().st_uid == os.geteuid()
    except (ValueError, OSError):
        return False
    return False
