"""Snapshots of the ratings: taken once, then memory-mapped by any number of workers."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from recommender.engine.data.artifact import read_artifact, write_artifact
from recommender.engine.data.snapshot import Snapshot
from recommender.engine.data.types import Int32
from recommender.engine.model.item_features import indices_of
from recommender.engine.progress import no_progress
from recommender.models import Job, JobChunk, ModelVersion
from recommender.services.jobs import outputs
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Outcome, Stage
from recommender.services.storage import artifacts
from recommender.services.training import rating_arrays
from recommender.services.versions import lifecycle, serving

NAME = ModelVersion.NAMES[ModelVersion.Kind.SNAPSHOT]
STAGE = "snapshot"


def current(*, with_times: bool = True) -> Snapshot:
    """Read the current ratings and movie features from the database, and series from the title index in service."""
    ratings = rating_arrays.rating_matrix(with_times=with_times)
    movies = rating_arrays.movie_features(ratings.movie_ids)
    return Snapshot(ratings, replace(movies, series=_series(ratings.movie_ids)))


def _series(movie_ids: Int32) -> Int32:
    index = serving.title_index()
    series = [np.array(each, dtype=np.int32) for each in (index.series if index else ())]
    numbers = np.full(movie_ids.size, -1, dtype=np.int32)
    if series:
        number_of_each = np.repeat(np.arange(len(series), dtype=np.int32), [each.size for each in series])
        found, known = indices_of(movie_ids, np.concatenate(series))
        numbers[found] = number_of_each[known]
    return numbers


def of_job(job: Job) -> Snapshot:
    """Map the snapshot that an earlier stage of this job has taken into memory."""
    return read(outputs.file(job=job, stage=STAGE))


def read(path: Path) -> Snapshot:
    """Map a snapshot into memory, read-only and shared between processes.

    Raises
    ------
    ArtifactError
        If the file is damaged or of another format.
    """
    return Snapshot.from_arrays(read_artifact(path)[0])


def write(path: Path, *, on_progress: OnProgress = no_progress) -> Snapshot:
    """Write the current ratings to a file; the same ratings give the same bytes."""
    on_progress(0.0, "Reading ratings")
    snapshot = current()
    on_progress(0.6, "Storing the snapshot")
    write_artifact(path, snapshot.to_arrays(), {"algorithm": NAME})
    on_progress(0.8)
    return snapshot


def _take(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    """Take a snapshot for the later stages of the same job."""
    with artifacts.workspace() as folder:
        snapshot = write(folder / "snapshot.safetensors", on_progress=on_progress)
        stored = outputs.store(chunk=chunk, path=folder / "snapshot.safetensors")
    return Outcome({"ratings": snapshot.ratings.n_ratings}, artifact=stored)


def _keep(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    """Take a snapshot that is kept after the job, and put it in service as the newest."""
    with artifacts.workspace() as folder:
        snapshot = write(folder / "snapshot.safetensors", on_progress=on_progress)
        stored = artifacts.store(path=folder / "snapshot.safetensors", name=NAME)
    fingerprint = snapshot.fingerprint()

    def put_in_service() -> dict[str, int]:
        version = lifecycle.register(
            kind=ModelVersion.Kind.SNAPSHOT, artifact=stored, data_fingerprint=fingerprint, job=chunk.job
        )
        return {"model_version": lifecycle.activate(version=version).pk}

    return Outcome({"ratings": snapshot.ratings.n_ratings}, commit=put_in_service)


TAKE_SNAPSHOT = Stage(STAGE, "Taking a snapshot of the ratings", _take)
KEEP_SNAPSHOT = Stage("kept_snapshot", "Taking a snapshot of the ratings", _keep)
