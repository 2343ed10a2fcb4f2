"""How a long fit survives its process: it hands over where it is, and starts from there the next time."""

from collections.abc import Callable
from typing import Any, Protocol

from numpy.typing import NDArray

from recommender.engine.data.types import Arrays


class Checkpoint(Protocol):
    """Keeps the state of one fit: of the same data, parameters, seed, code and thread count."""

    def load(self) -> Arrays | None:
        """Return what was saved last, or None."""
        ...

    def save(self, arrays: Arrays) -> None:
        """Keep a state in place of the one before."""
        ...


class NoCheckpoint:
    """Keeps nothing."""

    def load(self) -> None:
        """Return nothing."""

    def save(self, arrays: Arrays) -> None:
        """Do nothing."""


NO_CHECKPOINT = NoCheckpoint()


class Steps:
    """A fit as a row of named steps: each is done once, and its arrays are kept with those of the steps before."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        self._done: dict[str, NDArray[Any]] = dict(checkpoint.load() or {})

    def take(self, name: str, step: Callable[[], Arrays]) -> dict[str, NDArray[Any]]:
        """Return the arrays of a step, doing it unless it was done before."""
        prefix = f"{name}/"
        if not any(key.startswith(prefix) for key in self._done):
            self._done |= {prefix + key: array for key, array in step().items()}
            self._checkpoint.save(self._done)
        return {key.removeprefix(prefix): array for key, array in self._done.items() if key.startswith(prefix)}
