"""The manifest of a title index: how many movies it has, and a checksum of every file."""

import hashlib
import json
from pathlib import Path
from typing import Final

_FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
SERIES: Final = "series.json"
DUPLICATES: Final = "duplicates.json"
COMING: Final = "coming.json"
FACTS: Final = "facts.json"
"""What stands beside the index, in a file each."""


class TitleIndexError(Exception):
    """The folder contains no usable title index."""


def write_manifest(path: Path, count: int) -> None:
    """Write the number of movies and the digest of every file of the index."""
    files = {file.name: _digest(file) for file in sorted(path.iterdir()) if not file.name.endswith(".lock")}
    (path / _MANIFEST).write_text(json.dumps({"format": _FORMAT, "count": count, "files": files}), encoding="utf-8")


def checked_count(path: Path) -> int:
    """Return the number of movies after checking every file of the index against its manifest."""
    again = "build the title index again"
    try:
        manifest = json.loads((path / _MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != _FORMAT:
            raise TitleIndexError(f"The title index {path} has format {manifest['format']}, not {_FORMAT}; {again}.")
        for name, digest in manifest["files"].items():
            if _digest(path / name) != digest:
                raise TitleIndexError(f"The title index {path} is damaged ({name} has changed); {again}.")
        return int(manifest["count"])
    except FileNotFoundError as error:
        raise TitleIndexError(
            f"The title index {path} is missing or incomplete ({error.filename}); {again}."
        ) from error
    except TitleIndexError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TitleIndexError(f"The title index {path} is damaged ({error}); {again}.") from error


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "blake2b").hexdigest()
