"""Find the files of a release: in a folder or a zip, or in the one release folder inside it."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

MOVIE_FILES = ("movies.csv", "movies.dat", "u.item")
RATING_FILES = ("ratings.csv", "ratings.dat", "u.data")
KAGGLE_FILES = frozenset({"movie.csv", "rating.csv", "movies_metadata.csv", "ratings_small.csv"})
POSTERS_SIBLING = "catalog-2018"


class DatasetError(ValueError):
    """A dataset that is missing, damaged or wrong; the message names the file, line and value."""


class Release(Protocol):
    """Files of one release by name."""

    @property
    def path(self) -> Path:
        """The folder or zip that was given."""
        ...

    def has(self, name: str) -> bool:
        """Whether the release has this file."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading."""
        ...


@dataclass(frozen=True, slots=True)
class FolderRelease:
    """A release in a folder on disk."""

    path: Path

    def has(self, name: str) -> bool:
        """Whether the release has this file."""
        return (self.path / name).is_file()

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading."""
        try:
            return (self.path / name).open("rb")
        except OSError as error:
            raise DatasetError(f"{self.path / name} cannot be read: {error.strerror}.") from error


@dataclass(frozen=True, slots=True)
class ZipRelease:
    """A release inside a zip, under the folder `prefix` ("" or "ml-…/")."""

    path: Path
    prefix: str
    names: frozenset[str]

    def has(self, name: str) -> bool:
        """Whether the release has this file."""
        return self.prefix + name in self.names

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading; it is unpacked while it is read."""
        try:
            return zipfile.ZipFile(self.path).open(self.prefix + name)
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            raise DatasetError(f"{name} cannot be unpacked from {self.path}: {error}.") from error


def open_release(path: Path) -> Release:
    """Find the release in a folder or zip.

    Raises
    ------
    DatasetError
        If there is nothing at `path`, no release in it, or more than one.
    """
    if path.is_dir():
        return _in_folder(path)
    if path.is_file():
        return _in_zip(path)
    raise DatasetError(f"{path} does not exist: give a folder or a zip of a MovieLens release.")


def sibling_folder(release: Release) -> FolderRelease:
    """Return the catalogue folder that may be next to a release and have posters."""
    return FolderRelease(release.path.parent / POSTERS_SIBLING)


def _in_folder(path: Path) -> Release:
    if _is_release({entry.name for entry in path.iterdir()}):
        return FolderRelease(path)
    inside = [
        folder
        for folder in sorted(path.iterdir())
        if folder.is_dir() and _is_release({entry.name for entry in folder.iterdir()})
    ]
    return FolderRelease(path / _only(path, [folder.name for folder in inside]))


def _in_zip(path: Path) -> Release:
    try:
        with zipfile.ZipFile(path) as archive:
            names = frozenset(archive.namelist())
    except (zipfile.BadZipFile, OSError) as error:
        raise DatasetError(f"{path} is not a readable zip file: {error}.") from error
    files_by_prefix: dict[str, set[str]] = {}
    for name in names:
        folder, separator, file = name.rpartition("/")
        files_by_prefix.setdefault(folder + separator, set()).add(file)
    prefixes = sorted(prefix for prefix, files in files_by_prefix.items() if _is_release(files))
    return ZipRelease(path, "" if "" in prefixes else _only(path, prefixes), names)


def _is_release(names: set[str]) -> bool:
    return any(name in names for name in MOVIE_FILES + RATING_FILES)


def _names(path: Path) -> set[str]:
    """Return the names of the files in a folder or zip, wherever they are in the zip."""
    if path.is_dir():
        return {entry.name for entry in path.iterdir()}
    with zipfile.ZipFile(path) as archive:
        return {name.rpartition("/")[2] for name in archive.namelist()}


def _only(path: Path, found: list[str]) -> str:
    if not found and KAGGLE_FILES.intersection(_names(path)):
        raise DatasetError(
            f"{path} is a copy of MovieLens from Kaggle, whose files have other names and columns; download the "
            "release from https://grouplens.org/datasets/movielens/ instead."
        )
    if not found:
        raise DatasetError(
            f"{path} holds no MovieLens release: expected movies.csv and ratings.csv, movies.dat and ratings.dat "
            "(1M, 10M), or u.item and u.data (100K)."
        )
    if len(found) > 1:
        raise DatasetError(f"{path} holds {len(found)} releases ({', '.join(found)}): name one of them.")
    return found[0]
