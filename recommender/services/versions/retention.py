"""Retention: remove the artifacts of old versions to save space; their rows stay as history."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.models import Experiment, JobChunk, ModelVersion
from recommender.services.jobs import log
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Outcome, Stage
from recommender.services.storage import artifacts, checkpoints
from recommender.services.storage.outages import storage_errors
from recommender.services.versions import lifecycle

logger = logging.getLogger(__name__)
State = ModelVersion.State
SAFE_FOR = timedelta(days=1)
"""Newer files without a row and newer candidates are left alone: they may be about to be registered or activated."""


@dataclass(frozen=True, slots=True)
class AlgorithmUsage:
    """How many versions of an algorithm are stored, and their bytes."""

    versions: int
    size: int


@dataclass(frozen=True, slots=True)
class Usage:
    """How many bytes are used, and how many may be."""

    used: int
    budget: int
    by_algorithm: dict[str, AlgorithmUsage]


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection removed: ids of versions, orphaned files, the number of stale checkpoints, and bytes freed."""

    versions: tuple[int, ...]
    orphans: tuple[str, ...]
    checkpoints: int
    freed: int


def usage() -> Usage:
    """Return how much storage model versions use, from their rows."""
    by_algorithm = {
        row["algorithm"]: AlgorithmUsage(row["versions"], row["size"]) for row in ModelVersion.objects.usage()
    }
    used = sum(each.size for each in by_algorithm.values())
    return Usage(used, settings.ARTIFACT_BUDGET, by_algorithm)


def collect() -> Collected:
    """Remove artifacts beyond the retention count and the budget, orphaned files and stale checkpoints.

    Versions that are active, in a running experiment, the target of a roll-back or candidates of the last day stay.
    """
    now = timezone.now()
    stored = list(ModelVersion.objects.stored())
    protected = _protected(stored, now)
    removed = [version for version in _superfluous(stored, protected) if _remove(version)]
    over = usage().used - settings.ARTIFACT_BUDGET
    if over > 0:
        logger.warning("Model versions use %s bytes more than ARTIFACT_BUDGET; all that are left are in use.", over)
    return Collected(
        versions=tuple(version.pk for version in removed),
        orphans=tuple(_remove_orphans(now)),
        checkpoints=checkpoints.remove_stale(),
        freed=sum(version.artifact_size for version in removed),
    )


def _collect(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    """Collect at the end of a job; if that fails, the job still succeeds, since what it has built is in service."""
    on_progress(0.0, "Removing old versions")
    try:
        collected = collect()
    except storage_errors() as error:
        log.write(job_id=chunk.job_id, text=f"Old versions could not be removed; the next job tries again: {error}")
        return Outcome()
    log.write(job_id=chunk.job_id, text=f"{len(collected.versions)} old versions removed.")
    return Outcome()


def _protected(stored: Iterable[ModelVersion], now: datetime) -> set[int]:
    # The target of a roll-back comes first of its algorithm, so in reverse order it overwrites the others.
    targets = {version.algorithm: version.pk for version in reversed(ModelVersion.objects.previous())}
    kept = set(targets.values()) | Experiment.objects.versions_in_use()
    for version in stored:
        fresh = version.state == State.CANDIDATE and version.created_at > now - SAFE_FOR
        if fresh or version.state == State.ACTIVE:
            kept.add(version.pk)
    return kept


def _superfluous(stored: Iterable[ModelVersion], protected: set[int]) -> list[ModelVersion]:
    """Return the versions to remove: beyond the count of their algorithm, then beyond the budget, worst first.

    Rejected versions are removed before others, older ones before newer ones.
    """
    best_first = sorted(stored, key=lambda version: (version.state == State.REJECTED, -version.created_at.timestamp()))
    rank: dict[str, int] = {}
    removed = []
    size = sum(version.artifact_size for version in best_first)
    for version in best_first:
        rank[version.algorithm] = rank.get(version.algorithm, 0) + 1
        if rank[version.algorithm] > settings.MODEL_VERSIONS_KEPT and version.pk not in protected:
            removed.append(version)
            size -= version.artifact_size
    for version in reversed(best_first):
        if size <= settings.ARTIFACT_BUDGET:
            break
        if version.pk not in protected and version not in removed:
            removed.append(version)
            size -= version.artifact_size
    return removed


def _remove(version: ModelVersion) -> bool:
    """Mark the artifact as removed and remove it after the commit, unless the version has gone into service."""
    with transaction.atomic():
        lifecycle.lock(algorithm=version.algorithm)
        row = ModelVersion.objects.get(pk=version.pk)
        previous = ModelVersion.objects.filter(algorithm=row.algorithm).previous().first()
        in_use = row.state == State.ACTIVE or row == previous or row.pk in Experiment.objects.versions_in_use()
        if in_use or row.artifact_removed_at is not None:
            return False
        row.artifact_removed_at = timezone.now()
        row.save(update_fields=["artifact_removed_at"])
        transaction.on_commit(partial(_remove_file, row.artifact_key))
    return True


def _remove_file(key: str) -> bool:
    """Remove a file; if that fails, it is an orphan, which the next collection removes."""
    try:
        artifacts.remove(key=key)
    except storage_errors() as error:
        logger.warning("Artifact %s could not be removed (%s); the next collection tries again.", key, error)
        return False
    return True


def _remove_orphans(now: datetime) -> Iterable[str]:
    """Remove files in the versions' folders that no row refers to, and yield their keys.

    Other folders of artifact storage belong to jobs, which clean up after themselves.
    """
    names = {*ALGORITHMS, *ModelVersion.NAMES.values()}
    names.update(ModelVersion.objects.values_list("algorithm", flat=True).distinct())
    known = set(ModelVersion.objects.stored().values_list("artifact_key", flat=True))
    for name in sorted(names):
        for key, written_at in artifacts.listing(folder=name):
            if key not in known and written_at < now - SAFE_FOR and _remove_file(key):
                yield key


COLLECT = Stage("collect", "Removing old versions", _collect, weight=0.1, grows_with="")
