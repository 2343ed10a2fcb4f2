"""Read a whole release of any layout, and check it across rows: every movie is known, and no rating is repeated."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender.formats.movielens.dataset import Dataset, Int32, Int64, Movies, RatingTriples, TagTriples
from recommender.formats.movielens.layouts import Layout, layout_of
from recommender.formats.movielens.movie_files import read_movies
from recommender.formats.movielens.release import DatasetError, Release, open_release
from recommender.formats.movielens.text_file import TextFile

OnProgress = Callable[[float, str], None]
"""Called with the fraction done (0..1) and what is being done; it may raise an exception to cancel."""


def read_dataset(path: Path, on_progress: OnProgress | None = None) -> Dataset:
    """Read a MovieLens release: ml-latest*, 20M, 25M, 32M, 10M, 1M or 100K, or a catalogue without ratings.

    Parameters
    ----------
    path : Path
        A folder or a zip with the release's files, directly or in one folder inside.
    on_progress : callable, optional

    Raises
    ------
    DatasetError
        If anything is missing or invalid; the message names the file, line, value and what was expected.
    """
    report = on_progress or (lambda _share, _message: None)
    release = open_release(path)
    layout = layout_of(release)
    report(0.0, "Reading movies")
    movies = read_movies(release, layout)
    report(0.1, "Reading tags")
    tags = _read_tags(release, layout, movies)
    report(0.2, "Reading ratings")
    ratings = _read_ratings(release, layout, movies)
    report(1.0, "Read the dataset")
    return Dataset(movies, ratings, tags)


def read_catalogue(path: Path) -> Movies:
    """Read only the movies of a release.

    Raises
    ------
    DatasetError
        If they are missing or invalid.
    """
    release = open_release(path)
    return read_movies(release, layout_of(release))


def _read_ratings(release: Release, layout: Layout, movies: Movies) -> RatingTriples:
    file = layout.ratings
    if not release.has(file.name) and not (layout.tags and release.has(layout.tags.name)):
        return RatingTriples.empty()
    columns = file.read(release)
    _require_known_movies(release, layout, file, columns["movieId"], movies)
    _require_distinct_pairs(release, file, columns["userId"], columns["movieId"])
    return RatingTriples(
        rater_ids=columns["userId"],
        movie_ids=columns["movieId"],
        half_stars=np.rint(columns["rating"] * 2).astype(np.int8),
        rated_at=columns["timestamp"],
    )


def _read_tags(release: Release, layout: Layout, movies: Movies) -> TagTriples:
    file = layout.tags
    if file is None or not release.has(file.name):
        return TagTriples.empty()
    columns = file.read(release)
    _require_known_movies(release, layout, file, columns["movieId"], movies)
    tags = [tag.strip() for tag in columns["tag"]]
    typed = np.array([bool(tag) for tag in tags], dtype=np.bool_)
    return TagTriples(
        rater_ids=columns["userId"][typed],
        movie_ids=columns["movieId"][typed],
        tags=tuple(tag for tag in tags if tag),
        applied_at=columns["timestamp"][typed],
    )


def _require_known_movies(release: Release, layout: Layout, file: TextFile, found: Int32, movies: Movies) -> None:
    unknown = ~_is_in(movies.movie_ids, found)
    if unknown.any():
        file.reject(release, int(unknown.argmax()), "movieId", f"is not in {layout.movies.name}")


def _is_in(sorted_ids: Int32, found: Int32) -> NDArray[np.bool_]:
    """Look up ids in a table with one flag per possible id: several times faster than sorting millions of them."""
    known = np.zeros(int(sorted_ids[-1]) + 2 if sorted_ids.size else 1, dtype=np.bool_)
    known[sorted_ids] = True
    return known[np.minimum(found, known.size - 1)]


def _require_distinct_pairs(release: Release, file: TextFile, raters: Int32, movie_ids: Int32) -> None:
    pairs: Int64 = (raters.astype(np.int64) << 32) | movie_ids
    if bool((pairs[1:] > pairs[:-1]).all()):
        return
    ordered = np.sort(pairs)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    if not repeated.size:
        return
    candidates = np.flatnonzero(np.isin(pairs, repeated))
    first, second = _first_repetition(pairs, candidates)
    why = f"was rated by userId {raters[second]} already on line {file.line_of(release, first)}"
    file.reject(release, second, "movieId", why)


def _first_repetition(pairs: Int64, candidates: NDArray[np.intp]) -> tuple[int, int]:
    seen: dict[int, int] = {}
    for row in candidates:
        first = seen.setdefault(int(pairs[row]), int(row))
        if first != row:
            return first, int(row)
    raise DatasetError("No pair of rater and movie occurs twice.")
