"""Artifact storage: immutable files, identified by key and sha256, read through a local copy."""

import hashlib
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils import timezone

from recommender.engine.data.artifact import ArtifactError

CACHE_BYTES = 4 << 30
ABANDONED_AFTER = timedelta(days=2)
"""Longer than a task may take (`task_time_limit`)."""
SETTLED_AFTER = 0.05
"""Seconds after which another write would change the file's timestamps."""


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """What the database keeps of an artifact."""

    key: str
    sha256: str
    size: int


@contextmanager
def workspace() -> Iterator[Path]:
    """Yield a temporary folder; if the process is killed, `remove_abandoned_work` removes it later."""
    parent = _workspaces()
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)


def remove_abandoned_work(*, older_than: timedelta = ABANDONED_AFTER) -> int:
    """Remove what killed processes have left on this machine; return the number of folders and files removed."""
    limit = time.time() - older_than.total_seconds()
    partial_downloads = Path(settings.ARTIFACT_CACHE_DIR).glob("*.partial-*")
    abandoned = [path for path in (*_workspaces().glob("*"), *partial_downloads) if _written_at(path) < limit]
    for path in abandoned:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(abandoned)


def store(*, path: Path, name: str) -> StoredArtifact:
    """Put a file into artifact storage under a new, unique key."""
    key = f"{name}/{timezone.now():%Y%m%dT%H%M%S}-{uuid4().hex[:8]}{path.suffix}"
    sha256 = _sha256(path)
    with path.open("rb") as content:
        saved = _storage().save(key, File(content))
    return StoredArtifact(saved, sha256, path.stat().st_size)


def store_folder(*, path: Path, name: str) -> StoredArtifact:
    """Put a folder into artifact storage as one tar file."""
    with workspace() as work:
        packed = work / "folder.tar"
        with tarfile.open(packed, "w") as archive:
            for file in sorted(path.iterdir()):
                archive.add(file, arcname=file.name, recursive=False)
        return store(path=packed, name=name)


def local_file(*, key: str, sha256: str) -> Path:
    """Return a local copy of an artifact whose content matches its sha256.

    Raises
    ------
    ArtifactError
        If it is missing from storage or its content has changed.
    """
    storage = _storage()
    if isinstance(storage, FileSystemStorage):
        return _verified_once(Path(storage.path(key)), key=key, sha256=sha256)
    local = Path(settings.ARTIFACT_CACHE_DIR) / f"{sha256}{Path(key).suffix}"
    if not local.exists():
        _download(storage, key, local, sha256)
    os.utime(local)
    return local


def local_folder(*, key: str, sha256: str) -> Path:
    """Return a local, unpacked copy of a folder that `store_folder` stored."""
    folder = Path(settings.ARTIFACT_CACHE_DIR) / f"{sha256}.folder"
    if not folder.exists():
        packed = local_file(key=key, sha256=sha256)
        aside = folder.with_name(f"{folder.name}.partial-{uuid4().hex}")
        aside.mkdir(parents=True)
        try:
            with tarfile.open(packed) as archive:
                archive.extractall(aside, filter="data")
        except tarfile.TarError as error:
            shutil.rmtree(aside)
            raise ArtifactError(f"Artifact {key} is not a folder ({error}); build it again or roll back.") from error
        try:
            aside.rename(folder)
        except OSError:  # another process unpacked it first
            shutil.rmtree(aside)
    return folder


def listing(*, folder: str) -> Iterator[tuple[str, datetime]]:
    """Yield the keys directly in a folder of artifact storage, with the time each was written."""
    storage = _storage()
    try:
        _, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(names):
        key = f"{folder}/{name}"
        try:
            yield key, storage.get_modified_time(key)
        except FileNotFoundError:  # another process has removed it
            continue


def folders(*, folder: str) -> list[str]:
    """Return the folders in a folder of artifact storage, as keys."""
    try:
        names, _ = _storage().listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in sorted(names) if name]


def storage_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions that storage raises when it is full, missing or unreachable."""
    # Imported only after an error, because it is slow to import.
    from botocore.exceptions import BotoCoreError, ClientError

    return OSError, BotoCoreError, ClientError


def remove(*, key: str) -> None:
    """Remove a file from artifact storage, if it is there."""
    _storage().delete(key)


def delete_folder(*, name: str) -> None:
    """Remove every artifact stored under a name."""
    storage = _storage()
    try:
        _, files = storage.listdir(name)
    except FileNotFoundError:
        return
    for file in files:
        storage.delete(f"{name}/{file}")
    if isinstance(storage, FileSystemStorage):
        storage.delete(name)


def _workspaces() -> Path:
    return Path(settings.DATA_DIR) / "work"


def _written_at(path: Path) -> float:
    """Return when a file, or anything in a folder, was last written; one that has just disappeared counts as new."""
    try:
        return max(each.stat().st_mtime for each in (path, *path.rglob("*")))
    except FileNotFoundError:
        return time.time()


def _storage() -> Storage:
    return storages["artifacts"]


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _verified_once(path: Path, *, key: str, sha256: str) -> Path:
    """Verify a file, unless this machine has done so before and the file has not been written to since."""
    stamp = Path(settings.ARTIFACT_CACHE_DIR) / f"{sha256}.verified"
    before = _identity(path)
    if before and stamp.exists() and stamp.read_text() == before:
        return path
    _verified(path, key=key, sha256=sha256)
    if before == _identity(path) and time.time() - path.stat().st_ctime > SETTLED_AFTER:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        aside = stamp.with_name(f"{stamp.name}.partial-{uuid4().hex}")
        aside.write_text(before)
        aside.rename(stamp)
    return path


def _identity(path: Path) -> str:
    """Return a text that changes whenever the file is written to or replaced, empty if it is missing."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{path} {found.st_dev} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def _verified(path: Path, *, key: str, sha256: str) -> Path:
    try:
        found = _sha256(path)
    except OSError as error:
        raise ArtifactError(f"Artifact {key} cannot be read ({error.strerror}); train again or roll back.") from error
    if found != sha256:
        raise ArtifactError(f"Artifact {key} is damaged: its sha256 is {found}, not {sha256}; roll back.")
    return path


def _download(storage: Storage, key: str, local: Path, sha256: str) -> None:
    local.parent.mkdir(parents=True, exist_ok=True)
    aside = local.with_name(f"{local.name}.partial-{uuid4().hex}")
    try:
        with storage.open(key) as remote, aside.open("xb") as out:
            shutil.copyfileobj(remote, out, length=1 << 20)
        _verified(aside, key=key, sha256=sha256).rename(local)
    except FileNotFoundError as error:
        raise ArtifactError(f"Artifact {key} is not in storage; train again or roll back.") from error
    except storage_errors() as error:
        raise ArtifactError(f"Artifact {key} cannot be fetched from storage ({error}).") from error
    finally:
        aside.unlink(missing_ok=True)
    _trim_cache(local.parent, keep=local)


def _trim_cache(folder: Path, *, keep: Path) -> None:
    """Remove the least recently used files until the cache is within its limit."""
    files = sorted((file for file in folder.iterdir() if file.is_file()), key=lambda file: file.stat().st_mtime)
    size = sum(file.stat().st_size for file in files)
    for file in files:
        if size <= CACHE_BYTES:
            break
        if file != keep:
            size -= file.stat().st_size
            file.unlink(missing_ok=True)
