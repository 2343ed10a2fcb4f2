"""Mirror artifacts to and from a bucket: only what is missing or different there, each checked by its sha256."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages

from recommender.engine.data.artifact import ArtifactError
from recommender.services.storage import artifacts
from recommender.services.storage.artifacts import StoredArtifact

OnBytes = Callable[[int], None]


class BadTarget(ValueError):
    """The bucket cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Mirrored:
    """How many artifacts were copied, how many bytes these have, and how many were there already."""

    copied: int
    size: int
    unchanged: int


def bucket(address: str) -> Any:
    """Return the storage at an address such as s3://bucket/prefix.

    Raises
    ------
    BadTarget
        If it is not such an address, or the artifact storage of this installation.
    """
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise BadTarget(f"{address} is not the address of a bucket; write s3://bucket or s3://bucket/folder.")
    prefix = parts.path.strip("/")
    if parts.netloc == settings.ARTIFACT_BUCKET and not prefix:
        raise BadTarget(f"{address} is the artifact storage of this installation; name another bucket or a folder.")
    options = {"bucket_name": parts.netloc, "location": prefix, "endpoint_url": settings.AWS_ENDPOINT_URL or None}
    return storages.create_storage({"BACKEND": settings.BUCKET_STORAGE, "OPTIONS": options})


def send(*, wanted: Iterable[StoredArtifact], target: Any, on_bytes: OnBytes) -> Mirrored:
    """Copy artifacts of this installation to a bucket, unless they are there with the same sha256."""
    copied = size = unchanged = 0
    for each in wanted:
        if target.sha256_of(each.key) == each.sha256:
            unchanged += 1
            on_bytes(each.size)
            continue
        local = artifacts.local_file(key=each.key, sha256=each.sha256)
        target.put(each.key, local, sha256=each.sha256, on_bytes=on_bytes)
        copied, size = copied + 1, size + each.size
    return Mirrored(copied, size, unchanged)


def receive(*, wanted: Iterable[StoredArtifact], source: Any, on_bytes: OnBytes) -> Mirrored:
    """Copy artifacts from a bucket into this installation's storage, unless they are there undamaged.

    Raises
    ------
    ArtifactError
        If the bucket lacks one or has it with another content; what was copied before stays.
    """
    copied = size = unchanged = 0
    for each in wanted:
        if _is_here(each):
            unchanged += 1
            on_bytes(each.size)
            continue
        _receive(each, source, on_bytes)
        copied, size = copied + 1, size + each.size
    return Mirrored(copied, size, unchanged)


def _is_here(wanted: StoredArtifact) -> bool:
    """Tell whether artifact storage itself, not only this machine's copy, has an artifact undamaged."""
    if not storages["artifacts"].exists(wanted.key):
        return False
    try:
        artifacts.local_file(key=wanted.key, sha256=wanted.sha256)
    except ArtifactError:
        return False
    return True


def _receive(wanted: StoredArtifact, source: Any, on_bytes: OnBytes) -> None:
    with artifacts.workspace() as folder:
        file = folder / "artifact"
        try:
            source.fetch(wanted.key, file, on_bytes=on_bytes)
        except FileNotFoundError as error:
            raise ArtifactError(f"The bucket has no {wanted.key}; run sync_artifacts --to it first.") from error
        artifacts.check(file, key=wanted.key, sha256=wanted.sha256)
        storage = storages["artifacts"]
        storage.delete(wanted.key)  # damaged, if it is there
        with file.open("rb") as content:
            storage.save(wanted.key, File(content))
