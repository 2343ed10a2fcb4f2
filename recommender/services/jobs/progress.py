"""How a service reports progress, and how it is told to stop."""

from typing import Protocol


class OnProgress(Protocol):
    """Called regularly with the share done (0..1) and a short message; raises `Stopped` to stop the work."""

    def __call__(self, share: float, message: str = "") -> None: ...


class Stopped(Exception):
    """The work should stop where it is."""


class JobCancelled(Stopped):
    """The job was cancelled, or another of its chunks failed."""


class WorkerStopping(Stopped):
    """The worker was told to stop; its chunk is queued again for another."""


class ChunkLost(Stopped):
    """This attempt was considered lost, and another worker has claimed the chunk."""
