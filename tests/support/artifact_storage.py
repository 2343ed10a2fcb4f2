"""Both places where artifacts can be, for tests that hold for either."""

from pathlib import Path
from typing import Any

from django.core.files.storage import storages

from tests.support.s3 import S3


class OnDisk:
    """Artifacts in a folder."""

    def __init__(self, folder: Path) -> None:
        self.backend: dict[str, Any] = {
            "BACKEND": "movierec_site.storage.ArtifactFolder",
            "OPTIONS": {"location": folder},
        }

    def overwrite(self, key: str, content: bytes) -> None:
        """Replace what is stored, as nobody should."""
        path = Path(storages["artifacts"].path(key))
        if path.exists():
            path.chmod(0o640)
        path.write_bytes(content)


class OnS3:
    """Artifacts in a bucket."""

    def __init__(self, server: S3, bucket: str) -> None:
        self.server, self.bucket = server, bucket
        self.backend = server.make_bucket(bucket)
        self._opened = storages.create_storage(self.backend)  # once: a client of boto3 takes long to make

    def use(self) -> None:
        """Make it the artifact storage, empty, until settings change."""
        self.server.client.create_bucket(Bucket=self.bucket)  # others of this process may have reset moto
        self.server.empty(self.bucket)
        storages._storages["artifacts"] = self._opened

    def overwrite(self, key: str, content: bytes) -> None:
        """Replace what is stored, as nobody should."""
        self.server.client.put_object(Bucket=self.bucket, Key=key, Body=content)


def keys() -> set[str]:
    """Return everything in artifact storage."""
    return set(_keys(""))


def _keys(folder: str) -> list[str]:
    names, files = storages["artifacts"].listdir(folder)
    inside = [key for name in names if name for key in _keys(f"{folder}/{name}".lstrip("/"))]
    return [f"{folder}/{file}".lstrip("/") for file in files if file] + inside
