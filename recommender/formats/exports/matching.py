"""Which movie of the catalogue a row is about: by id, else by title and year."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recommender.formats.exports.rows import ExportedRow
from recommender.titles.text import display_title

MOST_CANDIDATES: Final = 5
YEARS_APART: Final = 1


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the catalogue knows of the movies a file may be about.

    Attributes
    ----------
    movie_ids : collection of int
        The MovieLens ids in it.
    by_imdb_id, by_tmdb_id : mapping of int to sequence of int
        Movie ids by the id of the other site.
    titled : callable
        Title to the ids of the movies of exactly this name, the most rated first.
    years : callable
        Movie ids to their years, None where unknown; ids the catalogue does not have are missing.
    """

    movie_ids: Collection[int]
    by_imdb_id: Mapping[int, Sequence[int]]
    by_tmdb_id: Mapping[int, Sequence[int]]
    titled: Callable[[str], Sequence[int]]
    years: Callable[[Collection[int]], Mapping[int, int | None]]


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A row and its movie, or the movies to choose from, or neither.

    Attributes
    ----------
    row : ExportedRow
    movie_id : int or None
        The movie, when there is no doubt.
    candidates : tuple of int
        At most five, the likeliest first; the movie itself when there is no doubt.
    """

    row: ExportedRow
    movie_id: int | None
    candidates: tuple[int, ...]


def match_rows(rows: Iterable[ExportedRow], catalogue: Candidates) -> list[MatchedRow]:
    """Match every row: by MovieLens id, IMDb id, TMDB id, else by title and year.

    One movie of the same name and year is a match. Several, or some that are one year off, or a row without a year,
    leave a choice.
    """
    by_id = [_by_id(row, catalogue) for row in rows]
    titled = [
        (row, () if found else catalogue.titled(display_title(row.title)) if row.title else ()) for row, found in by_id
    ]
    years = catalogue.years({movie_id for _, named in titled for movie_id in named})
    return [
        _matched(row, found) if found else _by_year(row, named, years)
        for (row, found), (_, named) in zip(by_id, titled, strict=True)
    ]


def _by_id(row: ExportedRow, catalogue: Candidates) -> tuple[ExportedRow, Sequence[int]]:
    if row.movie_id is not None and row.movie_id in catalogue.movie_ids:
        return row, (row.movie_id,)
    found: Sequence[int] = catalogue.by_imdb_id.get(row.imdb_id, ()) if row.imdb_id else ()
    if not found and row.tmdb_id:
        found = catalogue.by_tmdb_id.get(row.tmdb_id, ())
    return row, found


def _by_year(row: ExportedRow, named: Sequence[int], years: Mapping[int, int | None]) -> MatchedRow:
    known = [movie_id for movie_id in named if movie_id in years]
    if row.year is None:
        return MatchedRow(row, None, tuple(known[:MOST_CANDIDATES]))
    same = [movie_id for movie_id in known if years[movie_id] == row.year]
    if same:
        return _matched(row, same)
    near = [movie_id for movie_id in known if _is_near(years[movie_id], row.year)]
    return MatchedRow(row, None, tuple(near[:MOST_CANDIDATES]))


def _matched(row: ExportedRow, found: Sequence[int]) -> MatchedRow:
    return MatchedRow(row, found[0] if len(found) == 1 else None, tuple(found[:MOST_CANDIDATES]))


def _is_near(year: int | None, wanted: int) -> bool:
    return year is None or abs(year - wanted) <= YEARS_APART
