"""The stages of a kind of job, each divided into chunks that any worker may run in any order."""

from collections.abc import Callable, Mapping
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
    """The outcome of a chunk.

    `result` is small and JSON; arrays go into `artifact` (`outputs.store`). `commit` makes the work visible (registers,
    activates) and returns what to add to the result. It runs in the transaction that finishes the chunk, and only while
    this attempt still has the chunk and the job has not been cancelled.
    """

    result: dict[str, Any] = field(default_factory=dict)
    artifact: StoredArtifact | None = None
    commit: Callable[[], dict[str, Any]] | None = None


def once(job: Job) -> Mapping[str, float]:
    """Expect a stage to do the same in every job."""
    return {"": 1.0}


def nothing_else(job: Job) -> Mapping[str, float]:
    """Measure nothing besides the counts of the database."""
    return {}


def one_chunk(job: Job) -> list[Arguments]:
    """Plan a stage of a single chunk."""
    return [{}]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a job.

    Later stages find its outputs by `name`; `weight` is its share of the job's work, for the progress. `plan` returns
    the arguments of each chunk; it runs in the transaction that finishes the previous stage, so it must be quick and
    change nothing. `run` may be interrupted and repeated at any time; it calls `on_progress` at least every few seconds
    and takes at most about 20 seconds where the work allows. If a chunk of an `optional` stage fails, the job goes on
    and says so in its log and its result.

    For the forecast, `amounts` returns, before a job starts, how much it will do of each kind of chunk: by algorithm
    where the chunks' arguments name one. Its seconds grow with a number of the data's size, which `grows_with` names
    (ratings, raters, movies, co_ratings, movie_pairs or what `measure` adds; empty: with nothing), or
    `grows_otherwise` for some kinds of chunks.
    """

    name: str
    label: str
    run: Callable[[JobChunk, OnProgress], Outcome]
    plan: Callable[[Job], list[Arguments]] = one_chunk
    weight: float = 1.0
    optional: bool = False
    amounts: Callable[[Job], Mapping[str, float]] = once
    grows_with: str = "ratings"
    grows_otherwise: Mapping[str, str] = field(default_factory=dict)
    measure: Callable[[Job], Mapping[str, float]] = nothing_else

    def size_for(self, name: str, size: Mapping[str, float]) -> float:
        """Return the number that the seconds of a kind of chunk grow with; 0 if it is unknown, 1 if there is none."""
        number = self.grows_otherwise.get(name, self.grows_with)
        return float(size.get(number, 0.0)) if number else 1.0


def stages_of(job: Job) -> tuple[Stage, ...]:
    """Return the stages of a job, from the table that the setting JOB_KINDS names; this package knows no kind."""
    stages: tuple[Stage, ...] = import_string(settings.JOB_KINDS)[Job.Kind(job.kind)].stages()
    return stages
