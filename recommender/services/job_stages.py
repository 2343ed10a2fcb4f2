"""What a kind of job is made of: stages, each cut into chunks that any worker may take in any order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from recommender.models import Job, JobChunk
from recommender.services.artifacts import StoredArtifact
from recommender.services.progress import OnProgress

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a chunk leaves behind.

    `result` is small and JSON; arrays go into `artifact` (`job_outputs.store`). `publish` makes the work visible
    (registers, activates) and returns what to add to the result: it runs in the very transaction that finishes the
    chunk, and only while this attempt still has the chunk and nobody has cancelled the job.
    """

    result: dict[str, Any] = field(default_factory=dict)
    artifact: StoredArtifact | None = None
    publish: Callable[[], dict[str, Any]] | None = None


def one_chunk(job: Job) -> list[Arguments]:
    """Plan a stage that does not split."""
    return [{}]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a job.

    `name` is how later stages find its outputs; `weight` is its share of the job's work, for the progress. `plan`
    gives the arguments of each chunk and runs in the transaction that finishes the stage before: it only looks. `run`
    may be interrupted and repeated at any time; it calls `on_progress` at least every few seconds and takes at most
    about 20 seconds where the work allows that.
    """

    name: str
    label: str
    run: Callable[[JobChunk, OnProgress], Outcome]
    plan: Callable[[Job], list[Arguments]] = one_chunk
    weight: float = 1.0
