"""Artifacts in an S3 bucket: in parts, several at a time, each checked on arrival."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage

PART = 16 << 20
"""Bytes of a part: 10,000 of them, which S3 allows, are 160 GB."""
PARTS_AT_ONCE = 4
CHECKED = {"ChecksumAlgorithm": "SHA256"}
"""S3 compares each part with the checksum that was sent along, and refuses what arrives damaged."""
NOT_FOUND = 404
CLIENT = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 3})
"""A job that finds S3 away waits without a process, so nobody needs to try for long here."""
OnBytes = Callable[[int], object]


class ArtifactBucket(S3Storage):
    """A bucket, or what is under a prefix of one."""

    def __init__(self, **options: Any) -> None:
        transfer = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=PARTS_AT_ONCE)
        fixed = {"file_overwrite": False, "object_parameters": CHECKED, "transfer_config": transfer}
        super().__init__(**{"client_config": CLIENT, **fixed, **options})

    def fetch(self, name: str, path: Path, *, on_bytes: OnBytes | None = None) -> None:
        """Copy an artifact into a file, in parts; raise `FileNotFoundError` if there is none of this name."""
        try:
            self.bucket.download_file(self._key(name), str(path), Callback=on_bytes, Config=self.transfer_config)
        except ClientError as error:
            if _is_missing(error):
                raise FileNotFoundError(f"There is no {name} in the bucket.") from error
            raise

    def put(self, name: str, path: Path, *, sha256: str, on_bytes: OnBytes | None = None) -> None:
        """Store a file under exactly this name, in parts, with its sha256 beside it."""
        about = CHECKED | {"Metadata": {"sha256": sha256}}
        self.bucket.upload_file(
            str(path), self._key(name), ExtraArgs=about, Callback=on_bytes, Config=self.transfer_config
        )

    def sha256_of(self, name: str) -> str | None:
        """Return the sha256 that `put` stored beside a file; None if there is no such file."""
        found = self.bucket.Object(self._key(name))
        try:
            found.load()
        except ClientError as error:
            if _is_missing(error):
                return None
            raise
        return str(found.metadata.get("sha256", ""))

    def _key(self, name: str) -> str:
        key: str = self._normalize_name(name)
        return key


def _is_missing(error: ClientError) -> bool:
    return bool(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == NOT_FOUND)
