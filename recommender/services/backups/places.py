"""Where backups are: in a folder or in a bucket, each under its own name, whole or not there at all."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from recommender.services.backups import manifest
from recommender.services.backups.errors import BackupError
from recommender.services.jobs.progress import OnProgress
from recommender.services.storage import artifacts

NAMES = re.compile(r"movierec-\d{8}T\d{6}Z")


class Place(Protocol):
    """A folder or bucket that holds backups."""

    def names(self) -> list[str]:
        """Return the names of the backups that are whole, the oldest first."""
        ...

    def new(self, on_progress: OnProgress) -> "Any":
        """Return a context with the folder for a new backup, which appears when the context ends without an error."""
        ...

    def opened(self, name: str, on_progress: OnProgress) -> "Any":
        """Return a context with the folder of a backup."""
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """Backups in a folder of this machine."""

    root: Path

    def __str__(self) -> str:
        return str(self.root)

    def names(self) -> list[str]:
        """Return the names of the backups that are whole, the oldest first."""
        return sorted(file.parent.name for file in self.root.glob(f"*/{manifest.NAME}") if _is_name(file.parent.name))

    @contextmanager
    def new(self, on_progress: OnProgress) -> Iterator[Path]:
        """Yield a folder that gets its name once all is in it and on the disk."""
        name = _new_name()
        aside = self.root / f".{name}.partial"
        try:
            aside.mkdir(parents=True, mode=0o700)
            yield aside
            for file in aside.rglob("*"):
                _flush(file)
            aside.rename(self.root / name)
            _flush(self.root)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    @contextmanager
    def opened(self, name: str, on_progress: OnProgress) -> Iterator[Path]:
        """Yield the folder of a backup."""
        yield self.root / name


@dataclass(frozen=True, slots=True)
class Bucket:
    """Backups on S3; the manifest is sent last, and nothing without a manifest counts as a backup."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def names(self) -> list[str]:
        """Return the names of the backups that are whole, the oldest first."""
        with _explained(self):
            pages = _s3().get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
            keys = [each["Key"].removeprefix(self.prefix) for page in pages for each in page.get("Contents", ())]
        found = (key.removesuffix(f"/{manifest.NAME}") for key in keys if key.endswith(f"/{manifest.NAME}"))
        return sorted(filter(_is_name, found))

    @contextmanager
    def new(self, on_progress: OnProgress) -> Iterator[Path]:
        """Yield a folder that is sent to the bucket; what was sent is removed if not everything could be."""
        name = _new_name()
        with artifacts.workspace() as folder:
            yield folder
            files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != manifest.NAME)
            sent: list[str] = []
            try:
                with _explained(self):
                    for number, file in enumerate([*files, folder / manifest.NAME]):
                        on_progress(number / (len(files) + 1), f"Sending {file.name}")
                        sent.append(f"{self.prefix}{name}/{file.relative_to(folder)}")
                        _s3().upload_file(str(file), self.bucket, sent[-1])
            except BaseException:
                with _explained(self):
                    for key in sent:
                        _s3().delete_object(Bucket=self.bucket, Key=key)
                raise

    @contextmanager
    def opened(self, name: str, on_progress: OnProgress) -> Iterator[Path]:
        """Yield a local copy of a backup."""
        with artifacts.workspace() as folder:
            with _explained(self):
                pages = (
                    _s3().get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{self.prefix}{name}/")
                )
                keys = [each["Key"] for page in pages for each in page.get("Contents", ())]
                for number, key in enumerate(keys):
                    file = folder / key.removeprefix(f"{self.prefix}{name}/")
                    if not file.resolve().is_relative_to(folder.resolve()):
                        raise BackupError(f"The backup {name} in {self} has a file outside its folder: {key}.")
                    on_progress(number / len(keys), f"Fetching {file.name}")
                    file.parent.mkdir(parents=True, exist_ok=True)
                    _s3().download_file(self.bucket, key, str(file))
            yield folder


def place(text: str) -> Folder | Bucket:
    """Return the place at a path or at s3://bucket/prefix."""
    if not text.strip():
        raise BackupError("Say where backups are: a folder or s3://bucket/prefix, or set BACKUP_TARGET.")
    if "://" not in text:
        return Folder(Path(text).expanduser().resolve())
    parts = urlsplit(text)
    if parts.scheme != "s3" or not parts.netloc:
        raise BackupError(f'"{text}" is neither a folder nor s3://bucket/prefix.')
    prefix = parts.path.strip("/")
    return Bucket(parts.netloc, f"{prefix}/" if prefix else "")


def found(text: str) -> tuple[Folder | Bucket, str]:
    """Return the place and the name of a backup: the one that is named, or the newest one of the place.

    Raises
    ------
    BackupError
        If there is none.
    """
    head, _, last = text.rstrip("/").rpartition("/")
    if _is_name(last):
        where, names = place(head or "."), [last]
        if last not in where.names():
            raise BackupError(f"The backup {text} is not there, or not whole.")
    else:
        where = place(text)
        names = where.names()
    if not names:
        raise BackupError(f"There is no whole backup in {where}; `{settings.PROGRAM} backup` makes one.")
    return where, names[-1]


def _is_name(text: str) -> bool:
    return NAMES.fullmatch(text) is not None


def _new_name() -> str:
    return f"movierec-{timezone.now():%Y%m%dT%H%M%SZ}"


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _s3() -> Any:
    import boto3  # slow to import

    return boto3.client("s3", endpoint_url=settings.AWS_ENDPOINT_URL or None)


@contextmanager
def _explained(bucket: Bucket) -> Iterator[None]:
    """Turn the errors of S3 into a sentence."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise BackupError(f"{bucket} cannot be used ({error}); check the bucket, AWS_ENDPOINT_URL and keys.") from error
