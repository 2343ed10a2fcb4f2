"""Load the artifact of a model version and verify its sha256, manifest and arrays."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from recommender.engine.algorithms.registry import UnknownAlgorithm, load_model
from recommender.engine.data.artifact import ArtifactError, read_artifact
from recommender.engine.data.snapshot import Snapshot
from recommender.engine.data.types import Arrays
from recommender.engine.model.model import Model
from recommender.engine.similar_movies.neighbours import Neighbours
from recommender.models import ModelVersion
from recommender.services.storage import artifacts, cache
from recommender.titles.index import TitleIndex
from recommender.titles.manifest import TitleIndexError

Kind = ModelVersion.Kind
FROM_ARRAYS: dict[str, Callable[[Arrays], Neighbours | Snapshot]] = {
    Kind.NEIGHBOURS: Neighbours.from_arrays,
    Kind.SNAPSHOT: Snapshot.from_arrays,
}


def load(version: ModelVersion) -> Any:
    """Return the model, title index, neighbours or snapshot of a version.

    Raises
    ------
    ArtifactError
        If the artifact is missing, damaged or not what the version's row says.
    """
    if version.artifact_removed_at is not None:
        raise ArtifactError(f"The artifact of {version} was removed on {version.artifact_removed_at:%Y-%m-%d}.")
    if version.kind == Kind.INDEX:
        return _title_index(version)
    arrays, manifest = read_artifact(_file(version))
    if version.kind in FROM_ARRAYS:
        if manifest.get("algorithm") != version.algorithm:
            raise ArtifactError(f"The artifact of {version} is of {manifest.get('algorithm')!r}; roll back.")
        return FROM_ARRAYS[version.kind](arrays)
    try:
        return load_model(version.algorithm, arrays, manifest)
    except UnknownAlgorithm as error:
        raise ArtifactError(f"{version} cannot be loaded: {error}") from error


def check(version: ModelVersion) -> None:
    """Raise `ArtifactError` unless the version can be loaded and, if it is a model, can rank movies."""
    loaded = load(version)
    if version.kind != Kind.MODEL:
        return
    model: Model = loaded
    nobody = np.zeros(0, dtype=np.int32)
    with np.errstate(all="ignore"):
        scores = model.scores(model.fold_in(nobody, nobody.astype(np.int8)))
    if not np.isfinite(scores).all():
        raise ArtifactError(f"{version} does not rank movies: its scores are not numbers; train again.")


def _title_index(version: ModelVersion) -> TitleIndex:
    try:
        return _opened(version)
    except TitleIndexError:  # the copy of this machine may be damaged, and the stored artifact whole
        pass
    try:
        return _opened(version, again=True)
    except TitleIndexError as error:
        raise ArtifactError(str(error)) from error


def _opened(version: ModelVersion, *, again: bool = False) -> TitleIndex:
    folder = artifacts.local_folder(key=version.artifact_key, sha256=version.artifact_sha256, again=again)
    index = TitleIndex(folder)
    cache.hold(folder, while_alive=index)
    return index


def _file(version: ModelVersion) -> Path:
    return artifacts.local_file(key=version.artifact_key, sha256=version.artifact_sha256)
