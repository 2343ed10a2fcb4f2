"""Whether this worker has been told to stop: one byte of memory shared with its pool processes."""

import mmap
import time

_requested = mmap.mmap(-1, 1)


class _Clock:
    noticed_at: float | None = None


def request() -> None:
    """Tell this process and those forked from it to hand their chunks back."""
    _requested[0] = 1


def reset() -> None:
    """Clear the request (for tests)."""
    _requested[0] = 0
    _Clock.noticed_at = None


def requested() -> bool:
    """Tell whether chunks should be handed back."""
    return _requested[0] == 1


def seconds_since() -> float:
    """Return the seconds since this process first noticed."""
    if _Clock.noticed_at is None:
        _Clock.noticed_at = time.monotonic()
    return time.monotonic() - _Clock.noticed_at
