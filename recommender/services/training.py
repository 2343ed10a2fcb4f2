"""Train an algorithm on the ratings in the database and put the model in service."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from recommender.engine.artifact import write_artifact
from recommender.engine.ratings import RatingMatrix
from recommender.engine.registry import algorithm as registered
from recommender.models import Job, ModelVersion
from recommender.services import artifacts, model_versions, rating_arrays, threads
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
    """Fit on all ratings, store the artifact, register the version and put it in service.

    Raises
    ------
    NothingToTrainOn
        If the database holds no ratings.
    """
    chosen: Any = registered(algorithm, **(hyperparameters or {}))
    on_progress(0.0, "Reading ratings")
    ratings = rating_arrays.rating_matrix()
    if ratings.n_ratings == 0:
        raise NothingToTrainOn("There are no ratings to train on; import a dataset first.")
    movies = rating_arrays.movie_features(ratings.movie_ids)
    fitting = part(on_progress, 0.1, 0.9, f"Training {chosen.label}")
    model = chosen.fit(ratings, movies, seed=seed, n_threads=threads.available(), on_progress=fitting)
    on_progress(0.9, "Storing the model")
    parameters = asdict(chosen)
    manifest = {
        "algorithm": algorithm,
        "parameters": json.dumps(parameters, sort_keys=True),
        "seed": str(seed),
        "data_fingerprint": fingerprint(ratings),
        "code_version": model_versions.code_version(),
    }
    with artifacts.workspace() as folder:
        file = folder / "model.safetensors"
        write_artifact(file, model.to_arrays(), manifest)
        stored = artifacts.store(path=file, name=algorithm)
    on_progress(0.95, "Putting the model in service")
    version = model_versions.register(
        algorithm=algorithm,
        artifact=stored,
        data_fingerprint=manifest["data_fingerprint"],
        parameters=parameters,
        seed=seed,
        job=job,
    )
    return model_versions.activate(version=version)


def fingerprint(ratings: RatingMatrix) -> str:
    """Return a sha256 over who rated what and how."""
    digest = hashlib.sha256()
    for array in (
        ratings.rater_ids,
        ratings.movie_ids,
        ratings.rater_indptr,
        ratings.movie_indices,
        ratings.half_stars,
    ):
        digest.update(array.tobytes())
    return digest.hexdigest()
