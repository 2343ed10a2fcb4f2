"""What a kind of job is made of: stages, each cut into chunks that any worker may take in any order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from recommender.models import Job, JobChunk
from recommender.services.jobs.progress import OnProgress
from recommender.services.storage.artifacts import StoredArtifact

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


def stages_of(job: Job) -> tuple[Stage, ...]:
    """Return the stages of a job, from the table that JOB_KINDS names: this package knows no kind itself."""
    stages: tuple[Stage, ...] = import_string(settings.JOB_KINDS)[Job.Kind(job.kind)]()
    return stages
