"""Train an algorithm on the ratings in the database: a candidate first, in service if the gate lets it through."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from recommender.engine import checkpoint as engine
from recommender.engine.artifact import write_artifact
from recommender.engine.catalogue import MovieFeatures
from recommender.engine.ratings import RatingMatrix
from recommender.engine.registry import algorithm as registered
from recommender.models import Job, ModelVersion
from recommender.services import artifacts, gate, model_versions, rating_arrays, threads
from recommender.services.checkpoints import StoredCheckpoint
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
    """Fit on all ratings and let the gate decide on the candidate; with nothing in service it goes there at once.

    Raises
    ------
    NothingToTrainOn
        If the database holds no ratings.
    """
    on_progress(0.0, "Reading ratings")
    ratings = rating_arrays.rating_matrix()
    movies = rating_arrays.movie_features(ratings.movie_ids)
    candidate = train_candidate(
        ratings=ratings,
        movies=movies,
        algorithm=algorithm,
        hyperparameters=hyperparameters,
        seed=seed,
        job=job,
        on_progress=lambda share, message="": on_progress(0.1 + 0.6 * share, message),
    )
    deciding = part(on_progress, 0.7, 1.0, "Comparing with the model in service")
    return gate.decide(version=candidate, ratings=ratings, movies=movies, on_progress=deciding)


def train_candidate(
    *,
    ratings: RatingMatrix,
    movies: MovieFeatures,
    algorithm: str,
    hyperparameters: Mapping[str, Any] | None = None,
    seed: int = 0,
    job: Job | None = None,
    on_progress: OnProgress = silent,
) -> ModelVersion:
    """Fit on these ratings, from the checkpoint of an interrupted fit if there is one, and register a candidate.

    The same data, parameters, seed, code and thread count give the same artifact to the byte.

    Raises
    ------
    NothingToTrainOn
        If there are no ratings.
    """
    chosen: Any = registered(algorithm, **(hyperparameters or {}))
    if ratings.n_ratings == 0:
        raise NothingToTrainOn("There are no ratings to train on; import a dataset first.")
    parameters, n_threads = asdict(chosen), threads.available()
    manifest = {
        "algorithm": algorithm,
        "parameters": json.dumps(parameters, sort_keys=True),
        "seed": str(seed),
        "data_fingerprint": fingerprint(ratings, movies),
        "code_version": model_versions.code_version(),
        "n_threads": str(n_threads),
    }
    done = _registered_before(manifest, parameters, job)
    if done is not None:
        return done
    checkpoint = StoredCheckpoint.of(manifest)
    fitting = part(on_progress, 0.0, 0.95, f"Training {chosen.label}")
    with threadpool_limits(limits=n_threads, user_api="blas"):
        model = engine.fit(chosen, ratings, movies, checkpoint, seed=seed, n_threads=n_threads, on_progress=fitting)
    on_progress(0.95, "Storing the model")
    with artifacts.workspace() as folder:
        file = folder / "model.safetensors"
        write_artifact(file, model.to_arrays(), manifest)
        stored = artifacts.store(path=file, name=algorithm)
    version = model_versions.register(
        algorithm=algorithm,
        artifact=stored,
        data_fingerprint=manifest["data_fingerprint"],
        parameters=parameters,
        seed=seed,
        n_threads=n_threads,
        job=job,
    )
    checkpoint.remove()
    return version


def _registered_before(manifest: Mapping[str, str], parameters: dict[str, Any], job: Job | None) -> ModelVersion | None:
    """Return the version that an interrupted attempt of the same job has registered already."""
    if job is None:
        return None
    same = {name: manifest[name] for name in ("algorithm", "seed", "data_fingerprint", "code_version", "n_threads")}
    return ModelVersion.objects.stored().filter(job=job, parameters=parameters, **same).first()


def fingerprint(ratings: RatingMatrix, movies: MovieFeatures | None = None) -> str:
    """Return a sha256 over who rated what and how, and over the movies' years, genres and tags."""
    digest = hashlib.sha256()
    arrays: list[NDArray[Any]] = [
        ratings.rater_ids,
        ratings.movie_ids,
        ratings.rater_indptr,
        ratings.movie_indices,
        ratings.half_stars,
    ]
    if movies is not None:
        genres = movies.genres
        arrays += [movies.years, genres.indptr, genres.indices, genres.data]
        arrays += [movies.tag_rater_ids, movies.tag_movie_indices, movies.tag_indices]
        digest.update(json.dumps([movies.genre_names, movies.tag_names]).encode())
    for array in arrays:
        digest.update(f"{array.dtype.name} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
