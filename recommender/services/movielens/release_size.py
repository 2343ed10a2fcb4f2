"""The size of a release before it is read: bytes of its files, which seconds of an import grow with."""

import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from recommender.models import Job, Movie

BYTES_OF_A_MOVIE = 50
MOVIES = ("movies", "u.item")


def measure(job: Job) -> dict[str, float]:
    """Return the bytes of a release and about how many movies it has; nothing if it cannot be read from here."""
    with suppress(OSError, zipfile.BadZipFile):
        sizes = dict(_sizes(Path(job.arguments["path"])))
        movies = sum(size for name, size in sizes.items() if name.startswith(MOVIES)) / BYTES_OF_A_MOVIE
        if sizes:
            return {"bytes": float(sum(sizes.values())), "movies": max(movies, float(Movie.objects.count()))}
    return {}


def _sizes(path: Path) -> Iterator[tuple[str, int]]:
    if path.is_dir():
        yield from ((file.name, file.stat().st_size) for file in path.iterdir() if file.is_file())
        return
    with zipfile.ZipFile(path) as packed:
        yield from ((Path(each.filename).name, each.file_size) for each in packed.infolist() if not each.is_dir())
