"""Train an algorithm on the ratings in the database and put the model in service."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from recommender.engine.artifact import write_artifact
from recommender.engine.registry import algorithm as registered
from recommender.models import Job, JobChunk, ModelVersion
from recommender.services import artifacts, model_versions, snapshots, threads
from recommender.services.job_stages import Outcome, Stage
from recommender.services.progress import OnProgress, part, silent


class NothingToTrainOn(Exception):
    """There are no ratings yet."""


def train(
    *,
    algorithm: str,
    hyperparameters: Mapping[str, Any] | None = None,
    seed: int = 0,
    job: Job | None = None,
    on_progress: OnProgress = silent,
) -> ModelVersion:
    """Fit on all ratings, store the artifact, register the version and put it in service."""
    options = {"hyperparameters": hyperparameters, "seed": seed, "job": job, "on_progress": on_progress}
    return fit(algorithm=algorithm, **options)()  # type: ignore[arg-type]


def fit(
    *,
    algorithm: str,
    hyperparameters: Mapping[str, Any] | None = None,
    seed: int = 0,
    job: Job | None = None,
    on_progress: OnProgress = silent,
) -> Callable[[], ModelVersion]:
    """Fit on the job's snapshot, or else on all ratings, and store the artifact.

    Return what registers the version and puts it in service: the caller decides in which transaction.

    Raises
    ------
    NothingToTrainOn
        If the database holds no ratings.
    """
    chosen: Any = registered(algorithm, **(hyperparameters or {}))
    on_progress(0.0, "Reading ratings")
    data = snapshots.of_job(job) if job and snapshots.taken_by(job) else snapshots.current(with_times=False)
    ratings = data.ratings
    if ratings.n_ratings == 0:
        raise NothingToTrainOn("There are no ratings to train on; import a dataset first.")
    fitting = part(on_progress, 0.1, 0.9, f"Training {chosen.label}")
    model = chosen.fit(ratings, data.movies, seed=seed, n_threads=threads.available(), on_progress=fitting)
    on_progress(0.9, "Storing the model")
    parameters = asdict(chosen)
    manifest = {
        "algorithm": algorithm,
        "parameters": json.dumps(parameters, sort_keys=True),
        "seed": str(seed),
        "data_fingerprint": data.fingerprint(),
        "code_version": model_versions.code_version(),
    }
    with artifacts.workspace() as folder:
        file = folder / "model.safetensors"
        write_artifact(file, model.to_arrays(), manifest)
        stored = artifacts.store(path=file, name=algorithm)
    on_progress(0.95, "Putting the model in service")

    def put_in_service() -> ModelVersion:
        version = model_versions.register(
            algorithm=algorithm,
            artifact=stored,
            data_fingerprint=manifest["data_fingerprint"],
            parameters=parameters,
            seed=seed,
            job=job,
        )
        return model_versions.activate(version=version)

    return put_in_service


def _train(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    wanted = chunk.job.arguments
    put_in_service = fit(
        algorithm=wanted["algorithm"],
        hyperparameters=wanted.get("hyperparameters", {}),
        seed=wanted.get("seed", 0),
        job=chunk.job,
        on_progress=on_progress,
    )
    return Outcome(publish=lambda: {"model_version": put_in_service().pk})


TRAIN = Stage("train", "Training", _train, weight=10)
