"""The Celery application of test workers: work takes as long as a test says.

The arguments of a job that compares movies may have `seconds`, by which each of its chunks takes longer, and
`unresponsive`, whether it then does not react to anything, as in a long kernel. Those of the other kinds may have
`pause`, the seconds before each progress report. Celery imports this before Django is set up, hence the imports inside.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from celery.signals import import_modules

from movierec_site.celery import app

if TYPE_CHECKING:
    from collections.abc import Callable

    from recommender.models import JobChunk
    from recommender.services.jobs.progress import OnProgress
    from recommender.services.jobs.stages import Outcome, Stage

__all__ = ["app", "slow_similar_movies"]


def slow_similar_movies() -> tuple[Stage, ...]:
    """Return the stages of similar movies with a slow comparison."""
    from recommender.services.training import similar_movies, snapshots

    def compare(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        until = time.monotonic() + chunk.job.arguments.get("seconds", 0)
        if chunk.job.arguments.get("unresponsive"):
            time.sleep(until - time.monotonic())
        while time.monotonic() < until:
            time.sleep(0.1)
            on_progress(0.0, "Waiting")
        return similar_movies.COMPARE.run(chunk, on_progress)

    return (snapshots.TAKE_SNAPSHOT, replace(similar_movies.COMPARE, run=compare), similar_movies.PUT_TOGETHER)


def with_pauses(stage: Stage) -> Stage:
    """Return a stage that pauses before each progress report."""

    def run(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        def report(share: float, message: str = "") -> None:
            time.sleep(chunk.job.arguments.get("pause", 0))
            on_progress(share, message)

        return stage.run(chunk, report)

    return replace(stage, run=run)


def paused(stages: Callable[[], tuple[Stage, ...]]) -> Callable[[], tuple[Stage, ...]]:
    """Return what gives the same stages with pauses."""
    return lambda: tuple(with_pauses(stage) for stage in stages())


def slow_down(**_: object) -> None:
    """Make this worker's jobs slow."""
    from recommender.models import Job
    from recommender.services import job_kinds

    for kind, usual in tuple(job_kinds.KINDS.items()):
        job_kinds.KINDS[kind] = replace(usual, stages=paused(usual.stages))
    similar = Job.Kind.SIMILAR_MOVIES
    job_kinds.KINDS[similar] = replace(job_kinds.KINDS[similar], stages=slow_similar_movies)


import_modules.connect(slow_down, sender=app)
