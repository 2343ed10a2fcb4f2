"""Jobs made for tests: what a kind does is replaced by stages that a test writes down."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from recommender.models import Job, JobChunk
from recommender.services import job_kinds, jobs
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Outcome, Stage

Run = Callable[[JobChunk, OnProgress], Outcome]
KIND = Job.Kind.TITLE_INDEX


def put_in_place(monkeypatch: pytest.MonkeyPatch, *stages: Stage) -> None:
    """Let title index jobs have these stages."""
    monkeypatch.setitem(job_kinds.KINDS, KIND, replace(job_kinds.KINDS[KIND], stages=lambda: stages))


def one_stage(run: Run) -> Stage:
    """Return a stage of one chunk."""
    return Stage("only", "The only stage", run)


def split_stage(name: str, n_chunks: int, run: Run) -> Stage:
    """Return a stage of several chunks, which know their position."""
    return Stage(name, name.capitalize(), run, plan=lambda job: [{"position": k} for k in range(n_chunks)])


def nothing(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    """Do nothing."""
    return Outcome()


def start(**arguments: Any) -> Job:
    """Start a job of the kind whose stages a test has put in place."""
    return jobs.start(kind=KIND, arguments=arguments)


def now(job: Job) -> Job:
    """Return the job as it is now."""
    job.refresh_from_db()
    return job


def states(job: Job) -> list[str]:
    """Return the states of a job's chunks in their order."""
    return list(job.chunks.order_by("stage", "number").values_list("state", flat=True))
