"""What is in service, loaded once per process and replaced within a second of an activation."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.engine.artifact import ArtifactError, read_artifact
from recommender.engine.recommender import Model
from recommender.engine.registry import load_model
from recommender.engine.similar_movies import Neighbours
from recommender.engine.title_index import TitleIndex
from recommender.models import ModelVersion
from recommender.services import artifacts

logger = logging.getLogger(__name__)
LOOK_EVERY = 0.5
N_OTHERS = 4
"""So many versions that are not in service stay loaded."""


@dataclass(frozen=True, slots=True)
class InService:
    """A loaded version."""

    version_id: int
    loaded: Any


class _Shelf:
    """The loaded versions of this process, by algorithm."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.rows: dict[str, ModelVersion] = {}
        self.looked_at = float("-inf")
        self.loaded: dict[str, InService] = {}
        self.others: dict[int, Model | None] = {}

    def active_rows(self) -> dict[str, ModelVersion]:
        now = time.monotonic()
        if now - self.looked_at > LOOK_EVERY:
            self.rows = {row.algorithm: row for row in ModelVersion.objects.active()}
            self.looked_at = now
        return self.rows


_shelf = _Shelf()


def clear() -> None:
    """Forget everything loaded (tests, after a database is replaced)."""
    with _shelf.lock:
        _shelf.rows, _shelf.loaded, _shelf.others, _shelf.looked_at = {}, {}, {}, float("-inf")


def active_algorithms() -> frozenset[str]:
    """Return the names of the algorithms that have a version in service."""
    return frozenset(_shelf.active_rows())


def model(algorithm: str) -> Model | None:
    """Return the model in service for an algorithm."""
    in_service = _get(algorithm, _load_model)
    return in_service.loaded if in_service else None


def model_of(version: ModelVersion) -> Model | None:
    """Return the model of any version, in service or not; None where its artifact cannot be read."""
    held = _shelf.loaded.get(version.algorithm)
    if held is not None and held.version_id == version.pk:
        in_service: Model = held.loaded
        return in_service
    with _shelf.lock:
        if version.pk not in _shelf.others:
            try:
                _shelf.others[version.pk] = _load_model(version)
            except ArtifactError:
                logger.exception("%s cannot be loaded", version)
                _shelf.others[version.pk] = None
            while len(_shelf.others) > N_OTHERS:
                del _shelf.others[next(iter(_shelf.others))]
        return _shelf.others.get(version.pk)


def title_index() -> TitleIndex | None:
    """Return the title index in service."""
    in_service = _get(ModelVersion.TITLE_INDEX, lambda row: TitleIndex(_folder(row)))
    return in_service.loaded if in_service else None


def neighbours() -> Neighbours | None:
    """Return the similar movies in service."""
    in_service = _get(ModelVersion.SIMILAR_MOVIES, lambda row: Neighbours.from_arrays(read_artifact(_file(row))[0]))
    return in_service.loaded if in_service else None


def _get(algorithm: str, load: Callable[[ModelVersion], Any]) -> InService | None:
    row = _shelf.active_rows().get(algorithm)
    held = _shelf.loaded.get(algorithm)
    if row is None or (held is not None and held.version_id == row.pk):
        return held if row is not None else None
    with _shelf.lock:
        held = _shelf.loaded.get(algorithm)
        if held is None or held.version_id != row.pk:
            try:
                held = InService(row.pk, load(row))
            except ArtifactError:
                logger.exception("%s cannot be loaded; %s", row, "the previous one stays" if held else "none is left")
                held = InService(row.pk, held.loaded) if held else None
            if held is not None:
                _shelf.loaded[algorithm] = held
    return held


def _load_model(row: ModelVersion) -> Model:
    arrays, metadata = read_artifact(_file(row))
    return load_model(row.algorithm, arrays, metadata)


def _file(row: ModelVersion) -> Path:
    return artifacts.local_file(key=row.artifact_key, sha256=row.artifact_sha256)


def _folder(row: ModelVersion) -> Path:
    return artifacts.local_folder(key=row.artifact_key, sha256=row.artifact_sha256)
