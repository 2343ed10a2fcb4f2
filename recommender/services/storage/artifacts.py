"""Artifact storage: immutable files, identified by key and sha256, read through a local copy."""

import hashlib
import logging
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils import timezone

from recommender.engine.data.artifact import ArtifactError
from recommender.services.storage import cache
from recommender.services.storage.outages import storage_errors

logger = logging.getLogger(__name__)
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
    partial_downloads = Path(settings.ARTIFACT_CACHE_DIR).glob(f"*{cache.ASIDE}*")
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


def mapped_files(*, key: str, sha256: str) -> dict[Path, tuple[int, int]]:
    """Return the local files of an artifact that has been loaded, with the inode and size of each.

    Whoever has mapped a file into memory is killed by the system when reading behind its end, so they compare these
    before they read (`is_as_mapped`).
    """
    storage, cache = _storage(), Path(settings.ARTIFACT_CACHE_DIR)
    folder, cached = cache / f"{sha256}.folder", cache / f"{sha256}{Path(key).suffix}"
    stored = Path(storage.path(key)) if isinstance(storage, FileSystemStorage) else cached
    found = {file: _inode_and_size(file) for file in (sorted(folder.iterdir()) if folder.exists() else [stored])}
    return {file: mapped for file, mapped in found.items() if mapped is not None}


def is_as_mapped(files: Mapping[Path, tuple[int, int]]) -> bool:
    """Tell whether the files have neither been cut nor replaced; one that was removed is still there for us."""
    return all(_inode_and_size(file) in (mapped, None) for file, mapped in files.items())


def _inode_and_size(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size


def store_folder(*, path: Path, name: str) -> StoredArtifact:
    """Put a folder into artifact storage as one tar file."""
    with workspace() as work:
        packed = work / "folder.tar"
        with tarfile.open(packed, "w") as archive:
            for file in sorted(path.iterdir()):
                archive.add(file, arcname=file.name, recursive=False)
        return store(path=packed, name=name)


def fetch(*, key: str, path: Path) -> None:
    """Copy what is in artifact storage into a file, unverified; raise `FileNotFoundError` if it is not there."""
    storage: Any = _storage()  # of movierec_site.storage or artifact_bucket
    storage.fetch(key, path)


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
    if local.exists():
        try:
            _verified_once(local, key=key, sha256=sha256)
        except ArtifactError:  # our copy; the artifact in storage is another matter
            logger.warning("The local copy of artifact %s is damaged; fetching it again.", key)
            local.unlink(missing_ok=True)
    if not local.exists():
        _download(key, local, sha256)
    cache.mark_used(local)
    return local


def local_folder(*, key: str, sha256: str, again: bool = False) -> Path:
    """Return a local, unpacked copy of a folder that `store_folder` stored; `again` replaces one that is damaged."""
    folder = Path(settings.ARTIFACT_CACHE_DIR) / f"{sha256}.folder"
    if again:
        logger.warning("The unpacked copy of artifact %s is damaged; unpacking it again.", key)
        cache.remove_folder(folder)
    if not folder.exists():
        try:
            _unpack(local_file(key=key, sha256=sha256), folder)
        except tarfile.TarError as error:
            raise ArtifactError(f"Artifact {key} is not a folder ({error}); build it again or roll back.") from error
        except OSError as error:
            raise ArtifactError(
                f"Artifact {key} cannot be unpacked into {folder.parent} ({error.strerror}); free some space there,"
                " or set MOVIEREC_DATA_DIR to a folder that can be written to."
            ) from error
        cache.trim()
    cache.mark_used(folder)
    return folder


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Extract a plain file; tarfile's own filter is missing in Python before 3.11.4, and Debian 12 has 3.11.2."""
    content = archive.extractfile(member) if member.isfile() else None
    if content is None or member.name == ".." or Path(member.name).name != member.name:
        raise tarfile.ExtractError(f"{member.name!r} is not a plain file")
    with content, (folder / member.name).open("wb") as out:
        shutil.copyfileobj(content, out, length=1 << 20)


def _unpack(packed: Path, folder: Path) -> None:
    aside = folder.with_name(f"{folder.name}{cache.ASIDE}{uuid4().hex}")
    aside.mkdir(parents=True)
    try:
        with tarfile.open(packed) as archive:
            for member in archive:
                _extract(archive, member, aside)
        for file in aside.iterdir():
            # Nobody writes into a file that others have mapped; a lock is opened for writing by whoever reads an index.
            file.chmod(0o640 if file.name.endswith(".lock") else 0o440)
        try:
            aside.rename(folder)
        except OSError:  # another process unpacked it first
            if not folder.exists():
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


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
    check(path, key=key, sha256=sha256)
    if before == _identity(path) and time.time() - path.stat().st_ctime > SETTLED_AFTER:
        with suppress(OSError):  # a full or read-only disk: verified again the next time
            stamp.parent.mkdir(parents=True, exist_ok=True)
            aside = stamp.with_name(f"{stamp.name}{cache.ASIDE}{uuid4().hex}")
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


def check(path: Path, *, key: str, sha256: str) -> Path:
    """Return a file, or raise `ArtifactError` if its sha256 is another."""
    try:
        found = _sha256(path)
    except OSError as error:
        raise ArtifactError(f"Artifact {key} cannot be read ({error.strerror}); train again or roll back.") from error
    if found != sha256:
        raise ArtifactError(f"Artifact {key} is damaged: its sha256 is {found}, not {sha256}; roll back.")
    return path


def _download(key: str, local: Path, sha256: str) -> None:
    local.parent.mkdir(parents=True, exist_ok=True)
    aside = local.with_name(f"{local.name}{cache.ASIDE}{uuid4().hex}")
    try:
        fetch(key=key, path=aside)
        aside.chmod(0o440)  # nobody writes into a file that others have mapped
        check(aside, key=key, sha256=sha256).rename(local)
    except FileNotFoundError as error:
        raise ArtifactError(f"Artifact {key} is not in storage; train again or roll back.") from error
    except storage_errors() as error:
        raise ArtifactError(f"Artifact {key} cannot be fetched from storage ({error}).") from error
    finally:
        aside.unlink(missing_ok=True)
    cache.trim()
