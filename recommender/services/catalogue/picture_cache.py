"""Pictures on this machine's disk, up to IMAGE_CACHE_BUDGET: the least recently used go first."""

import logging
import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings

logger = logging.getLogger(__name__)
ROOM: Final = 0.1
"""The share of the budget that is free after pictures have been removed, so that not every new one removes others."""
LOOK_AFTER: Final = 0.02
"""The share of the budget that this process writes before it looks at the size of the folder again."""
ABSENT_FOR: Final = 86_400.0
"""Seconds for which a picture that the host does not have is not asked for again."""


class _Written:
    """How much this process has written since it looked at the size of the folder; it has not looked yet."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.size = float("inf")

    def is_time_to_look(self, size: int) -> bool:
        """Count what has been written; tell whether that is enough to look again."""
        with self.lock:
            self.size += size
            if self.size <= LOOK_AFTER * settings.IMAGE_CACHE_BUDGET:
                return False
            self.size = 0
            return True


_written = _Written()


def read(size: str, name: str) -> bytes | None:
    """Return a picture that is kept, and note that it was used now."""
    file = _folder() / size / name
    try:
        content = file.read_bytes()
    except OSError:
        return None
    with suppress(OSError):  # read-only, or just removed
        os.utime(file)
    return content


def is_absent(size: str, name: str) -> bool:
    """Tell whether the host said lately that it does not have this picture."""
    file = _absence(size, name)
    try:
        age = time.time() - file.stat().st_mtime
    except OSError:
        return False
    if 0 <= age < ABSENT_FOR:
        return True
    with suppress(OSError):
        file.unlink()
    return False


def keep_absence(size: str, name: str) -> None:
    """Keep that the host does not have a picture: a small file that counts and goes like those of pictures."""
    keep(size, _absence(size, name).name, b"The image host does not have it.\n")


def keep(size: str, name: str, content: bytes) -> None:
    """Keep a picture, unless the disk is full; then remove old ones if there are too many."""
    if len(content) > settings.IMAGE_CACHE_BUDGET:
        return
    file = _folder() / size / name
    aside = file.with_name(f"{name}.{uuid4().hex}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside.write_bytes(content)
        aside.replace(file)
    except OSError as error:
        logger.warning("A picture cannot be kept: %s.", error)
        with suppress(OSError):
            aside.unlink()
        return
    if _written.is_time_to_look(len(content)):
        trim()


def trim() -> None:
    """Remove the least recently used pictures if all together are larger than the budget."""
    found = []
    for file in _folder().glob("*/*"):
        with suppress(OSError):  # another process has just removed it
            status = file.stat()
            found.append((status.st_mtime_ns, status.st_size, file))
    size = sum(each for _, each, _ in found)
    if size <= settings.IMAGE_CACHE_BUDGET:
        return
    for _, each, file in sorted(found):
        if size <= (1 - ROOM) * settings.IMAGE_CACHE_BUDGET:
            break
        with suppress(OSError):
            file.unlink()
        size -= each


def _absence(size: str, name: str) -> Path:
    return _folder() / size / f"{name}.absent"


def _folder() -> Path:
    return Path(settings.IMAGE_CACHE_DIR)
