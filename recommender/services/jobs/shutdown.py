"""Whether this worker has been told to stop: one byte of memory that its pool processes inherit and share."""

import mmap
import time

_told = mmap.mmap(-1, 1)


class _Clock:
    noticed_at: float | None = None


def announce() -> None:
    """Tell this process and those it has forked that chunks are to be handed back."""
    _told[0] = 1


def forget() -> None:
    """Take it back (tests; a worker that starts)."""
    _told[0] = 0
    _Clock.noticed_at = None


def announced() -> bool:
    """Tell whether chunks are to be handed back."""
    return _told[0] == 1


def seconds_since() -> float:
    """Return for how long this process has known."""
    if _Clock.noticed_at is None:
        _Clock.noticed_at = time.monotonic()
    return time.monotonic() - _Clock.noticed_at
