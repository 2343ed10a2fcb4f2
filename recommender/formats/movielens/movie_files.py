"""The catalogue of a release: movies with year, genres, ids on other sites and poster paths."""

from typing import Any

import numpy as np

from recommender.formats.movielens.dataset import Int16, Int32, Movies
from recommender.formats.movielens.layouts import GENRES_OF_100K, HUNDRED_K, LINKS, POSTERS, Layout
from recommender.formats.movielens.release import Release, sibling_folder
from recommender.titles.text import front_article, split_title

NO_GENRES = ("(no genres listed)", "unknown", "")
RENAMED_GENRES = {"Children's": "Children"}


def read_movies(release: Release, layout: Layout) -> Movies:
    """Read movies with everything that the release, or the catalogue folder beside it, says about them.

    Raises
    ------
    DatasetError
        If a row is invalid or a movie is listed twice.
    """
    columns = layout.movies.read(release)
    found: Int32 = columns["movieId"]
    order = np.argsort(found, kind="stable")
    repeated = np.flatnonzero(np.diff(found[order]) == 0)
    if repeated.size:
        layout.movies.reject(release, int(order[repeated + 1].min()), "movieId", "is listed twice")
    titles, alternative_titles, years = _parse_titles([columns["title"][row] for row in order])
    if "year" in columns:
        written = np.array([int(columns["year"][row] or 0) for row in order], dtype=np.int16)
        years = np.where(years > 0, years, written)
    genres = _genres_of_100k(columns) if layout is HUNDRED_K else [text.split("|") for text in columns["genres"]]
    movie_ids = found[order]
    imdb_ids, tmdb_ids = _links(release, movie_ids)
    return Movies(
        movie_ids=movie_ids,
        titles=titles,
        alternative_titles=alternative_titles,
        years=years,
        genres=tuple(_genre_names(genres[row]) for row in order),
        imdb_ids=imdb_ids,
        tmdb_ids=tmdb_ids,
        poster_paths=_poster_paths(release, movie_ids),
    )


def _parse_titles(raw_titles: list[str]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], Int16]:
    """Split raw titles into titles as people write them, alternative titles and years."""
    titles, alternatives, years = [], [], []
    for raw in raw_titles:
        title, year, others = split_title(raw)
        titles.append(front_article(title) or raw.strip())
        alternatives.append(tuple(front_article(other) for other in others))
        years.append(year or 0)
    return tuple(titles), tuple(alternatives), np.array(years, dtype=np.int16)


def _genres_of_100k(columns: dict[str, Any]) -> list[list[str]]:
    flags = np.column_stack([columns[genre] for genre in GENRES_OF_100K])
    return [[GENRES_OF_100K[genre] for genre in np.flatnonzero(row)] for row in flags]


def _genre_names(found: list[str]) -> tuple[str, ...]:
    names = (RENAMED_GENRES.get(name.strip(), name.strip()) for name in found)
    return tuple(dict.fromkeys(name for name in names if name not in NO_GENRES))


def _links(release: Release, movie_ids: Int32) -> tuple[tuple[str, ...], Int32]:
    """Return IMDb and TMDB ids; a catalogue folder has the latter in posters.csv."""
    source = next((file for file in (LINKS, POSTERS) if release.has(file.name)), None)
    if source is None:
        return ("",) * movie_ids.size, np.zeros(movie_ids.size, dtype=np.int32)
    columns = source.read(release)
    rows = _row_of_each_movie(columns["movieId"], movie_ids)
    imdb_ids = columns.get("imdbId", [""] * len(columns["movieId"]))
    tmdb_ids = [int(columns["tmdbId"][row] or 0) if row >= 0 else 0 for row in rows]
    return tuple(imdb_ids[row] if row >= 0 else "" for row in rows), np.array(tmdb_ids, dtype=np.int32)


def _poster_paths(release: Release, movie_ids: Int32) -> tuple[str, ...]:
    source = next((where for where in (release, sibling_folder(release)) if where.has(POSTERS.name)), None)
    if source is None:
        return ("",) * movie_ids.size
    columns = POSTERS.read(source)
    rows = _row_of_each_movie(columns["movieId"], movie_ids)
    return tuple(columns["posterPath"][row] if row >= 0 else "" for row in rows)


def _row_of_each_movie(found: Int32, movie_ids: Int32) -> list[int]:
    """Return the row of each movie in a file of any order, -1 if it has none."""
    rows = {int(movie_id): row for row, movie_id in enumerate(found)}
    return [rows.get(int(movie_id), -1) for movie_id in movie_ids]
