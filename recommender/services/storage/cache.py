"""The bound on this machine's copies of artifacts: the least recently used goes first, never one that is in use.

Whoever maps a file holds a shared lock on it (`engine.data.artifact`), which the mapping keeps when the file is closed
and the system releases when the process dies. An unpacked folder is locked in the same way by `hold`.
"""

import fcntl
import logging
import os
import shutil
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.conf import settings

logger = logging.getLogger(__name__)
JUST_USED = 60.0
"""Seconds for which a copy counts as in use after it was asked for: it may be about to be mapped."""
ASIDE = ".partial-"


@dataclass(frozen=True, slots=True)
class Copy:
    """A file or unpacked folder of the cache."""

    path: Path
    size: int
    used_at: float


def hold(folder: Path, *, while_alive: object) -> None:
    """Keep an unpacked folder in the cache as long as an object exists."""
    descriptor = os.open(folder, os.O_RDONLY)
    weakref.finalize(while_alive, os.close, descriptor)
    with suppress(OSError):  # a file system without locks
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)


def mark_used(path: Path) -> None:
    """Note that a copy was asked for now."""
    with suppress(OSError):  # read-only, or just removed
        os.utime(path)


def trim() -> int:
    """Remove copies until the cache is within ARTIFACT_CACHE_BUDGET; return the bytes that are left."""
    found = copies()
    size = sum(copy.size for copy in found)
    for copy in found:
        if size <= settings.ARTIFACT_CACHE_BUDGET:
            break
        if time.time() - copy.used_at >= JUST_USED and _remove(copy.path):
            size -= copy.size
    if size > settings.ARTIFACT_CACHE_BUDGET:
        logger.warning("%s has %s bytes, more than ARTIFACT_CACHE_BUDGET: all are in use.", _folder(), f"{size:,}")
    return size


def copies() -> list[Copy]:
    """Return what is in the cache, the least recently used first."""
    found = []
    for path in _folder().glob("*"):
        with suppress(FileNotFoundError):  # another process has just removed it
            if ASIDE not in path.name:
                found.append(Copy(path, _size(path), path.stat().st_mtime))
    return sorted(found, key=lambda copy: copy.used_at)


def remove_folder(folder: Path) -> None:
    """Remove a folder at once for all who open it from now on; those who have mapped its files keep them."""
    aside = folder.with_name(f"{folder.name}{ASIDE}{uuid4().hex}")
    with suppress(OSError):  # another process was first
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


def _folder() -> Path:
    return Path(settings.ARTIFACT_CACHE_DIR)


def _size(path: Path) -> int:
    files = (path, *path.rglob("*")) if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files)


def _remove(path: Path) -> bool:
    """Remove a copy unless somebody holds a lock on it."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.is_dir():
            remove_folder(path)
        else:
            path.unlink(missing_ok=True)
    except OSError:  # in use, or not ours to remove
        return False
    finally:
        os.close(descriptor)
    return True
