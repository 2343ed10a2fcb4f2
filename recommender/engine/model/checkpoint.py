"""Checkpoints: an interrupted training continues from the state that it saved last."""

from collections.abc import Callable
from typing import Any, Protocol

from numpy.typing import NDArray

from recommender.engine.data.types import Arrays


class Checkpoint(Protocol):
    """Stores the state of one training, identified by its data, parameters, seed, code and thread count."""

    def load(self) -> Arrays | None:
        """Return the state that was saved last, or None."""
        ...

    def save(self, arrays: Arrays) -> None:
        """Save a state, replacing the one before."""
        ...


class NoCheckpoint:
    """Saves nothing."""

    def load(self) -> None:
        """Return None: nothing was saved."""

    def save(self, arrays: Arrays) -> None:
        """Do nothing."""


NO_CHECKPOINT = NoCheckpoint()


class Steps:
    """A training as a sequence of named steps: each runs once, and its arrays are saved with those of earlier steps."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        self._done: dict[str, NDArray[Any]] = dict(checkpoint.load() or {})

    def run(self, name: str, step: Callable[[], Arrays]) -> dict[str, NDArray[Any]]:
        """Return the arrays of a step, running it unless they were saved."""
        prefix = f"{name}/"
        if not any(key.startswith(prefix) for key in self._done):
            self._done |= {prefix + key: array for key, array in step().items()}
            self._checkpoint.save(self._done)
        return {key.removeprefix(prefix): array for key, array in self._done.items() if key.startswith(prefix)}
