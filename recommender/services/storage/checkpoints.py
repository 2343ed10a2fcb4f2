"""Checkpoints of fits in artifact storage, where any worker that resumes the job finds them."""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
from django.core.files import File
from django.core.files.storage import storages
from django.utils import timezone
from numpy.typing import NDArray

from recommender.engine.data.artifact import ArtifactError, read_artifact, write_artifact
from recommender.engine.data.types import Arrays
from recommender.services.storage import artifacts
from recommender.services.storage.outages import storage_errors

logger = logging.getLogger(__name__)
FOLDER = "checkpoints"
STALE_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """The state of one fit (`engine.model.checkpoint.Checkpoint`): a file per save; the newest intact one is used.

    If a save fails, the failure is only logged: a checkpoint saves time, and the fit can continue without it.
    """

    folder: str

    @classmethod
    def of(cls, manifest: Mapping[str, str]) -> "StoredCheckpoint":
        """Return the checkpoint of the fit with this manifest, which names everything that the result depends on."""
        return cls(f"{FOLDER}/{hashlib.sha256(json.dumps(dict(manifest), sort_keys=True).encode()).hexdigest()}")

    def load(self) -> dict[str, NDArray[Any]] | None:
        """Return the newest state that can be read, or None."""
        try:
            for key in reversed(self._keys()):
                arrays = _read(key)
                if arrays is not None:
                    return arrays
        except storage_errors() as error:
            logger.warning("The checkpoint %s cannot be read (%s); the fit starts over.", self.folder, error)
        return None

    def save(self, arrays: Arrays) -> None:
        """Save a state, then remove earlier ones."""
        try:
            before = self._keys()
            number = 1 + max((_number(key) for key in before), default=0)
            with artifacts.workspace() as folder:
                file = folder / "checkpoint.safetensors"
                write_artifact(file, arrays, {"content": _digest(arrays)})
                with file.open("rb") as content:
                    key = f"{self.folder}/{number:06d}-{uuid4().hex[:8]}.safetensors"
                    storages["artifacts"].save(key, File(content))
            for key in before:
                artifacts.remove(key=key)
        except storage_errors() as error:
            logger.warning("A checkpoint could not be saved (%s); the fit continues without it.", error)

    def remove(self) -> None:
        """Remove the checkpoint."""
        try:
            for key in self._keys():
                artifacts.remove(key=key)
            artifacts.remove(key=self.folder)
        except storage_errors() as error:
            logger.warning("The checkpoint %s could not be removed (%s); it will be removed later.", self.folder, error)

    def _keys(self) -> list[str]:
        return [key for key, _ in artifacts.listing(folder=self.folder)]


def remove_stale(*, older_than: timedelta = STALE_AFTER) -> int:
    """Remove checkpoints of fits that have not been resumed for long; return how many files that were."""
    limit, n_removed = timezone.now() - older_than, 0
    for folder in artifacts.folders(folder=FOLDER):
        files = list(artifacts.listing(folder=folder))
        if all(written_at < limit for _, written_at in files):
            StoredCheckpoint(folder).remove()
            n_removed += len(files)
    return n_removed


def _read(key: str) -> dict[str, NDArray[Any]] | None:
    with artifacts.workspace() as folder:
        file = folder / "checkpoint.safetensors"
        try:
            artifacts.fetch(key=key, path=file)
            arrays, manifest = read_artifact(file)
        except (FileNotFoundError, ArtifactError) as error:
            logger.warning("Checkpoint %s is skipped: %s", key, error)
            return None
        copied = {name: np.array(array) for name, array in arrays.items()}
    if manifest.get("content") != _digest(copied):
        logger.warning("Checkpoint %s is skipped: its content has changed.", key)
        return None
    return copied


def _digest(arrays: Arrays) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.name} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _number(key: str) -> int:
    digits = key.rpartition("/")[2].partition("-")[0]
    return int(digits) if digits.isdecimal() else 0
