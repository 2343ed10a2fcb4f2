"""How to run a training: one value instead of the same keywords in every algorithm."""

from dataclasses import dataclass, replace
from typing import Self

from recommender.engine.model.checkpoint import NO_CHECKPOINT, Checkpoint
from recommender.engine.progress import OnProgress, no_progress, subrange


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """Options of a single training, as opposed to the hyper-parameters of an algorithm.

    Attributes
    ----------
    seed : int
        Of everything random.
    n_threads : int
    on_progress : callable
        Called with the share done (0..1) between blocks; what it raises ends the training.
    checkpoint : Checkpoint
        Where a long training saves its state, and continues from if a state is saved there. Quick algorithms do not
        use it.
    """

    seed: int = 0
    n_threads: int = 1
    on_progress: OnProgress = no_progress
    checkpoint: Checkpoint = NO_CHECKPOINT

    def for_part(self, start: float, end: float) -> Self:
        """Return the options of a training within this one: progress from `start` to `end`, no checkpoint."""
        return replace(self, on_progress=subrange(self.on_progress, start, end), checkpoint=NO_CHECKPOINT)
