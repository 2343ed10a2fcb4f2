"""What each kind of job does: the one place where a job's row meets the service that does its work.

The services are imported when a job runs: they bring numerical libraries along that web processes and commands which
only look at jobs can do without.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from recommender.models import Job
from recommender.services.progress import OnProgress

Runner = Callable[[Job, OnProgress], dict[str, Any]]


def import_dataset(job: Job, on_progress: OnProgress) -> dict[str, Any]:
    """Import the MovieLens dataset at the path in the arguments."""
    from recommender.services import movielens

    return asdict(movielens.import_movielens(path=Path(job.arguments["path"]), on_progress=on_progress))


def build_title_index(job: Job, on_progress: OnProgress) -> dict[str, Any]:
    """Index all titles and put the index in service."""
    from recommender.services import title_search

    return {"model_version": title_search.build(job=job, on_progress=on_progress).pk}


def train(job: Job, on_progress: OnProgress) -> dict[str, Any]:
    """Train an algorithm and put the model in service."""
    from recommender.services import training

    version = training.train(
        algorithm=job.arguments["algorithm"],
        hyperparameters=job.arguments.get("hyperparameters", {}),
        seed=job.arguments.get("seed", 0),
        job=job,
        on_progress=on_progress,
    )
    return {"model_version": version.pk}


def tune(job: Job, on_progress: OnProgress) -> dict[str, Any]:
    """Search hyper-parameters of an algorithm; the trace grows in the row, and another attempt goes on from there."""
    from recommender.services import tuning

    return tuning.tune(
        algorithm=job.arguments["algorithm"],
        n_trials=job.arguments.get("n_trials"),
        seconds=job.arguments.get("seconds"),
        seed=job.arguments.get("seed", 0),
        earlier=job.result,
        on_trace=partial(tuning.keep, job_id=job.pk),
        on_progress=on_progress,
    )


def find_similar_movies(job: Job, on_progress: OnProgress) -> dict[str, Any]:
    """Find the similar movies of every movie and put them in service."""
    from recommender.services import similar_movies

    return {"model_version": similar_movies.build(job=job, on_progress=on_progress).pk}


RUNNERS: dict[Job.Kind, Runner] = {
    Job.Kind.IMPORT: import_dataset,
    Job.Kind.TITLE_INDEX: build_title_index,
    Job.Kind.TRAIN: train,
    Job.Kind.TUNE: tune,
    Job.Kind.SIMILAR_MOVIES: find_similar_movies,
}
