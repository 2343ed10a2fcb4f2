"""Artifact files: named arrays in the safetensors format, memory-mapped when read. Never pickle."""

import fcntl
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from recommender.engine.data.types import Arrays

FORMAT_VERSION = "1"
DTYPES = {
    "F64": np.float64, "F32": np.float32, "F16": np.float16, "I64": np.int64, "I32": np.int32, "I16": np.int16,
    "I8": np.int8, "U64": np.uint64, "U32": np.uint32, "U16": np.uint16, "U8": np.uint8, "BOOL": np.bool_,
}  # fmt: skip


class ArtifactError(ValueError):
    """An artifact file that is damaged, foreign or of another format version."""


def write_artifact(path: Path, arrays: Arrays, metadata: Mapping[str, str]) -> None:
    """Write arrays and a manifest aside, then rename; the same input gives the same bytes.

    Parameters
    ----------
    path : Path
        The final name; its folder must exist.
    arrays : mapping of str to ndarray
        Any shapes; dtypes as in `DTYPES`.
    metadata : mapping of str to str
        The manifest: algorithm, parameters, seed, data fingerprint, code version.

    Raises
    ------
    OSError
        If the disk is full, or the folder cannot be written to.
    """
    manifest = json.dumps(dict(metadata) | {"format_version": FORMAT_VERSION}, sort_keys=True)
    contiguous = {name: np.ascontiguousarray(arrays[name]) for name in sorted(arrays)}
    aside = path.with_name(f"{path.name}.partial-{os.getpid()}")
    try:
        # One metadata entry: safetensors writes several in the random order of a hash map.
        save_file(contiguous, aside, metadata={"movierec": manifest})
        aside.replace(path)
    except SafetensorError as error:
        raise _os_error(error, aside) from error
    finally:
        aside.unlink(missing_ok=True)


def read_artifact(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Map an artifact into memory, read-only and shared between processes.

    Returns
    -------
    arrays : dict of str to ndarray
        Views of the mapped file.
    metadata : dict of str to str

    Raises
    ------
    ArtifactError
        If the file is missing, damaged, not an artifact of this project or of another format version.
    """
    try:
        with safe_open(path, framework="numpy") as checked:
            metadata = checked.metadata() or {}
        manifest = json.loads(metadata.get("movierec", "null"))
    except (OSError, SafetensorError, ValueError) as error:
        raise ArtifactError(f"{path.name} is not a readable artifact ({error}); train again.") from error
    if not isinstance(manifest, dict) or manifest.get("format_version") != FORMAT_VERSION:
        raise ArtifactError(f"{path.name} is not an artifact of format version {FORMAT_VERSION}; train again.")
    return _map_arrays(path), manifest


def _os_error(error: SafetensorError, path: Path) -> Exception:
    """Return the operating system's error that safetensors describes in text, as Python would raise it."""
    found = re.search(r"\(os error (\d+)\)", str(error))
    return OSError(int(found[1]), os.strerror(int(found[1])), str(path)) if found else error


def _map_arrays(path: Path) -> dict[str, NDArray[Any]]:
    with path.open("rb") as file:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # the mapping keeps it: nobody tidies the file away
        mapped = np.memmap(file, dtype=np.uint8, mode="r")
    header_size = int(mapped[:8].view("<u8")[0])
    header = json.loads(bytes(mapped[8 : 8 + header_size]))
    data = mapped[8 + header_size :]
    arrays: dict[str, NDArray[Any]] = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] not in DTYPES:
            raise ArtifactError(f"{path.name} holds {name} as {entry['dtype']}, which no model has; train again.")
        start, end = entry["data_offsets"]
        arrays[name] = np.asarray(data[start:end].view(DTYPES[entry["dtype"]])).reshape(entry["shape"])
    return arrays
