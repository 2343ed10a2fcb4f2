"""The version of the training code: the package's version and a digest of everything that results depend on."""

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import native

SUFFIXES = {".py", ".pyx", ".pxd", ".h", ".so", ".pyd"}
"""Sources and compiled kernels: another compiler or processor may round differently."""
LIBRARIES = ("numpy", "scipy")
N_DIGITS = 16


def digest(folders: Iterable[Path], libraries: Iterable[str] = ()) -> str:
    """Return a sha256 over the code in some folders, by relative names, and the versions of some libraries."""
    total = hashlib.sha256()
    for library in libraries:
        total.update(f"{library} {version(library)}\n".encode())
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES):
            content = file.read_bytes()
            total.update(f"{folder.name}/{file.relative_to(folder).as_posix()} {len(content)}\n".encode())
            total.update(content)
    return total.hexdigest()


_folders = (Path(__file__).parent, *(Path(folder) for folder in native.__path__))
# Computed on import: a later deployment may replace the files, but not the code that is running.
CODE_VERSION = f"{version('movierec')}+{digest(_folders, LIBRARIES)[:N_DIGITS]}"
