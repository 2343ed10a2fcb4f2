"""How a service says how far it is, and how it hears that it should stop."""

from typing import Protocol


class OnProgress(Protocol):
    """Called now and then with the share done (0..1) and a few words; raises `Stopped` to stop the work."""

    def __call__(self, share: float, message: str = "") -> None: ...


class Stopped(Exception):
    """The work is to stop where it is."""


class JobCancelled(Stopped):
    """Somebody asked for the job to stop, or another chunk of it failed."""


class WorkerStopping(Stopped):
    """The worker was told to stop: the chunk goes back for others."""


class ChunkLost(Stopped):
    """This attempt was taken for lost, and the chunk was given to another."""
