"""How a service says how far it is."""

from collections.abc import Callable
from typing import Protocol


class OnProgress(Protocol):
    """Called now and then with the share done (0..1) and a few words; raises `JobCancelled` to stop the work."""

    def __call__(self, share: float, message: str = "") -> None: ...


class JobCancelled(Exception):
    """Somebody asked for the job to stop."""


def silent(share: float, message: str = "") -> None:
    """Report to nobody."""


def part(on_progress: OnProgress, start: float, end: float, message: str) -> Callable[[float], None]:
    """Return an engine callback for the stretch of a job that goes from `start` to `end`."""
    return lambda share: on_progress(start + (end - start) * min(max(share, 0.0), 1.0), message)
