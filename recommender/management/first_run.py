"""The jobs that a fresh installation needs before it can recommend."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from recommender.engine.algorithms.registry import ALGORITHMS, BY_PREFERENCE, TRAINED_FIRST
from recommender.models import Job, ModelVersion, Rating
from recommender.services import jobs

Kind = ModelVersion.Kind


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the first run, done by a job."""

    label: str
    start: Callable[[], Job]


def needs_dataset() -> bool:
    """Tell whether there is nothing to recommend from yet."""
    return not Rating.objects.exists()


def pending_steps(*, dataset: Callable[[], Path]) -> list[Step]:
    """Return the remaining steps in order; `dataset` is only called when an import is needed.

    The first model is trained as soon as possible; the other algorithms come last.
    """
    kinds = set(ModelVersion.objects.active().values_list("kind", flat=True))
    trained = set(ModelVersion.objects.active().ranking().values_list("algorithm", flat=True))
    steps = []
    if needs_dataset():
        path = str(dataset())
        steps.append(Step("Importing ratings", lambda: _job(Job.Kind.IMPORT, path=path)))
    elif Kind.INDEX not in kinds:  # an import builds it
        steps.append(Step("Building the title index", lambda: _job(Job.Kind.TITLE_INDEX)))
    if TRAINED_FIRST not in trained:
        steps.append(Step("Training the first model", partial(_job, Job.Kind.TRAIN, algorithm=TRAINED_FIRST)))
    if Kind.NEIGHBOURS not in kinds:
        steps.append(Step("Finding similar movies", lambda: _job(Job.Kind.SIMILAR_MOVIES)))
    for name in BY_PREFERENCE:
        if name not in trained | {TRAINED_FIRST}:
            label = f"Training {ALGORITHMS[name].label}"
            steps.append(Step(label, partial(_job, Job.Kind.TRAIN, algorithm=name)))
    return steps


def _job(kind: Job.Kind, **arguments: str) -> Job:
    """Start the job, or return the one that an interrupted run has left (`jobs.start` does either)."""
    return jobs.start(kind=kind, arguments=arguments)
