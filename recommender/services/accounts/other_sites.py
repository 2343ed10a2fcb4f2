"""A user's ratings and marks as files that other sites import."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import User

from recommender.formats.csv_cells import neutralised_row
from recommender.models import Mark, Rating

ROWS_AT_ONCE: Final = 2000
IMDB_DIGITS: Final = 7
LETTERBOXD: Final = ("imdbID", "tmdbID", "Title", "Year", "Rating10", "WatchedDate")
TRAKT: Final = ("imdb_id", "tmdb_id", "type", "watched_at", "watchlisted_at", "rating", "rated_at")


def for_letterboxd(*, user: User) -> Iterator[bytes]:
    """Yield a CSV file of ratings, in points of ten, and of seen movies without one."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for title, year, imdb_id, tmdb_id, half_stars, at in _ratings(user):
            yield _tt(imdb_id), tmdb_id, title, year, half_stars, at.date().isoformat()
        for kind, title, year, imdb_id, tmdb_id, _ in _marks(user):
            if kind == Mark.Kind.SEEN:
                yield _tt(imdb_id), tmdb_id, title, year, None, None

    return _lines(LETTERBOXD, rows)


def for_trakt(*, user: User) -> Iterator[bytes]:
    """Yield a CSV file of ratings, seen movies and the watchlist; movies without an id are left out."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for _, _, imdb_id, tmdb_id, half_stars, at in _ratings(user):
            if imdb_id or tmdb_id:
                yield _tt(imdb_id), tmdb_id, "movie", _utc(at), None, half_stars, _utc(at)
        for kind, _, _, imdb_id, tmdb_id, at in _marks(user):
            if kind != Mark.Kind.HIDDEN and (imdb_id or tmdb_id):
                seen = kind == Mark.Kind.SEEN
                yield _tt(imdb_id), tmdb_id, "movie", _utc(at) if seen else None, None if seen else _utc(at), None, None

    return _lines(TRAKT, rows)


def _ratings(user: User) -> Iterator[tuple[Any, ...]]:
    about = ("movie__title", "movie__year", "movie__imdb_id", "movie__tmdb_id", "half_stars", "rated_at")
    mine = Rating.objects.filter(rater__user=user).order_by("movie_id")
    return mine.values_list(*about).iterator(chunk_size=ROWS_AT_ONCE)


def _marks(user: User) -> Iterator[tuple[Any, ...]]:
    about = ("kind", "movie__title", "movie__year", "movie__imdb_id", "movie__tmdb_id", "marked_at")
    mine = Mark.objects.filter(rater__user=user).order_by("movie_id")
    return mine.values_list(*about).iterator(chunk_size=ROWS_AT_ONCE)


def _tt(imdb_id: str | None) -> str | None:
    return f"tt{imdb_id.zfill(IMDB_DIGITS)}" if imdb_id else None


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _lines(header: tuple[str, ...], rows: Callable[[], Iterable[tuple[Any, ...]]]) -> Iterator[bytes]:
    yield _line(header)
    for row in rows():
        yield _line(neutralised_row(row))


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()
