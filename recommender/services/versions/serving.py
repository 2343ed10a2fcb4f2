"""The active versions, loaded once per process and replaced within a second of an activation."""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Self

from recommender.engine.data.artifact import ArtifactError
from recommender.engine.model.model import Model
from recommender.engine.similar_movies.neighbours import Neighbours
from recommender.models import ModelVersion
from recommender.services import metrics
from recommender.services.storage import artifacts
from recommender.services.versions import loading
from recommender.titles.index import TitleIndex

logger = logging.getLogger(__name__)
Kind = ModelVersion.Kind
CHECK_INTERVAL = 0.5
RETRY_AFTER = 60.0
"""Seconds after which a version that could not be loaded is tried again: storage may have been unreachable."""
N_FALLBACKS = 3
N_OTHERS = 4
"""How many versions that are not in service stay loaded."""


@dataclass(frozen=True, slots=True)
class InService:
    """What this process serves for an algorithm whose active version is `version_id`: None if nothing can be loaded.

    `files` are those that are mapped into memory. `retry_at` is set if the active version itself could not be loaded.
    """

    version_id: int
    loaded: Any
    files: Mapping[Path, tuple[int, int]] = field(default_factory=dict)
    retry_at: float | None = None

    @classmethod
    def load(cls, version: ModelVersion) -> Self:
        """Load a version; raise `ArtifactError` if that is not possible."""
        loaded = loading.load(version)
        files = artifacts.mapped_files(key=version.artifact_key, sha256=version.artifact_sha256)
        return cls(version.pk, loaded, files)

    def is_whole(self) -> bool:
        """Tell whether the files still are what was loaded: reading a mapped file that was cut kills the process."""
        return artifacts.is_as_mapped(self.files)

    def is_for(self, row: ModelVersion) -> bool:
        """Tell whether this is up to date for the active version, so that nothing has to be loaded."""
        awaits_retry = self.retry_at is None or time.monotonic() < self.retry_at
        return self.version_id == row.pk and awaits_retry and self.is_whole()


class _Cache:
    """The loaded versions of this process, by algorithm."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.rows: dict[str, ModelVersion] = {}
        self.checked_at = float("-inf")
        self.loaded: dict[str, InService] = {}
        self.others: dict[int, InService] = {}

    def active_rows(self) -> dict[str, ModelVersion]:
        now = time.monotonic()
        if now - self.checked_at > CHECK_INTERVAL:
            self.rows = {row.algorithm: row for row in ModelVersion.objects.active()}
            self.checked_at = now
        return self.rows


_cache = _Cache()


def clear() -> None:
    """Unload everything (tests, after a database is replaced)."""
    with _cache.lock:
        _cache.rows, _cache.loaded, _cache.others, _cache.checked_at = {}, {}, {}, float("-inf")


def active_algorithms() -> frozenset[str]:
    """Return the names of the algorithms in service, without those of which no version can be loaded."""
    rows = _cache.active_rows()
    return frozenset(name for name, row in rows.items() if row.kind == Kind.MODEL and not _is_empty(name, row))


def model(algorithm: str) -> Model | None:
    """Return the model in service for an algorithm."""
    found: Model | None = _get(algorithm)
    return found


def model_of(version: ModelVersion) -> Model | None:
    """Return the model of a version, in service or not; None if it cannot be loaded."""
    held = _cache.loaded.get(version.algorithm)
    if held is None or not held.is_for(version) or held.retry_at is not None:
        held = _other(version)
    found: Model | None = held.loaded
    return found


def _other(version: ModelVersion) -> InService:
    with _cache.lock:
        held = _cache.others.pop(version.pk, None)
        if held is None or not held.is_for(version):
            try:
                held = InService.load(version)
            except ArtifactError:
                logger.exception("%s cannot be loaded", version)
                held = InService(version.pk, None, retry_at=time.monotonic() + RETRY_AFTER)
        _cache.others[version.pk] = held  # moves it to the end, the most recently used
        for unused in list(_cache.others)[:-N_OTHERS]:
            del _cache.others[unused]
        return held


def title_index() -> TitleIndex | None:
    """Return the title index in service."""
    found: TitleIndex | None = _get(ModelVersion.NAMES[Kind.INDEX])
    return found


def neighbours() -> Neighbours | None:
    """Return the similar movies in service."""
    found: Neighbours | None = _get(ModelVersion.NAMES[Kind.NEIGHBOURS])
    return found


def _is_empty(algorithm: str, row: ModelVersion) -> bool:
    held = _cache.loaded.get(algorithm)
    return held is not None and held.is_for(row) and held.loaded is None


def in_service(algorithm: str) -> InService | None:
    """Return what is served for an algorithm, loaded first if need be; None if it has no version in service."""
    row = _cache.active_rows().get(algorithm)
    if row is None:
        return None
    held = _cache.loaded.get(algorithm)
    if held is not None and held.is_for(row):
        metrics.CACHE_HIT.inc()
        return held
    with _cache.lock:
        held = _cache.loaded.get(algorithm)
        if held is None or not held.is_for(row):
            metrics.CACHE_MISS.inc()
            with metrics.timed(metrics.MODEL_LOAD_SECONDS, algorithm):
                held = _cache.loaded[algorithm] = _load(row, held)
    return held


def _get(algorithm: str) -> Any:
    held = in_service(algorithm)
    return None if held is None else held.loaded


def _load(row: ModelVersion, held: InService | None) -> InService:
    """Load the active version; if that fails, keep serving the last one, or fall back to the newest one that loads."""
    try:
        return InService.load(row)
    except ArtifactError:
        logger.exception("%s cannot be loaded", row)
    stays = held if held and held.loaded is not None and held.is_whole() else _fallback(row)
    fallback = "no other version can be loaded either" if stays is None else "serving a fallback"
    logger.error("The active version, %s, cannot be loaded; %s.", row, fallback)
    retry_at = time.monotonic() + RETRY_AFTER
    return replace(stays or InService(row.pk, None), version_id=row.pk, retry_at=retry_at)


def _fallback(row: ModelVersion) -> InService | None:
    for version in islice(ModelVersion.objects.filter(algorithm=row.algorithm).previous(), N_FALLBACKS):
        try:
            return InService.load(version)
        except ArtifactError:
            logger.exception("%s cannot be loaded either", version)
    return None
