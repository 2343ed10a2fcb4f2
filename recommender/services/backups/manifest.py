"""The manifest of a backup: every file with its sha256, what it was made from, and what a drill compares."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from recommender.services.backups.errors import BackupError

NAME = "manifest.json"
DUMP = "database.dump"
ARTIFACTS = "artifacts"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class File:
    """A file of a backup."""

    sha256: str
    size: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read a file."""
        with path.open("rb") as content:
            return cls(hashlib.file_digest(content, "sha256").hexdigest(), path.stat().st_size)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is; `settings` are the names of those that were set, never their values."""

    created_at: str
    release: str
    postgresql: int
    migrations: list[str]
    settings: list[str]
    tables: dict[str, dict[str, Any]]
    lists: dict[str, list[int]]
    files: dict[str, File] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def size(self) -> int:
        """How many bytes the files have together."""
        return sum(file.size for file in self.files.values())

    @property
    def row_counts(self) -> dict[str, int]:
        """The number of rows of each table."""
        return {table: int(found["rows"]) for table, found in self.tables.items()}

    def write(self, folder: Path) -> None:
        """Write it into the folder of the backup."""
        (folder / NAME).write_text(json.dumps(asdict(self), indent=1) + "\n")


def read(folder: Path) -> Manifest:
    """Return the manifest of a backup, of which every file has been verified.

    Raises
    ------
    BackupError
        If it cannot be read, or a file is missing or damaged.
    """
    try:
        fields = json.loads((folder / NAME).read_text())
        files = {name: File(**file) for name, file in fields.pop("files").items()}
        manifest = Manifest(**fields, files=files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"The manifest {folder / NAME} cannot be read ({error}); take another backup.") from error
    if manifest.format != FORMAT:
        raise BackupError(
            f"The backup {folder} has format {manifest.format}; restore it with the release that made it."
        )
    for name, file in manifest.files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise BackupError(f"The backup {folder} is not whole: {name} is missing; take another backup.")
        if File.of(path) != file:
            raise BackupError(f"The backup {folder} is damaged: {name} has another sha256; take another backup.")
    return manifest
