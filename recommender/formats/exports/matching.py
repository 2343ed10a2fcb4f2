"""Find the movie that a row is about: by id, otherwise by title and year."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recommender.formats.exports.rows import ExportedRow
from recommender.titles.text import display_title

MAX_CANDIDATES: Final = 5
YEARS_APART: Final = 1


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the catalogue knows about the movies that a file may be about.

    Attributes
    ----------
    movie_ids : collection of int
        The MovieLens ids of the file that are in the catalogue.
    by_imdb_id, by_tmdb_id : mapping of int to sequence of int
        Movie ids by the id of the other site.
    titled : callable
        From a title to the ids of the movies with exactly this title, the most rated first.
    years : callable
        From movie ids to their years, None if unknown; ids that are not in the catalogue are left out.
    """

    movie_ids: Collection[int]
    by_imdb_id: Mapping[int, Sequence[int]]
    by_tmdb_id: Mapping[int, Sequence[int]]
    titled: Callable[[str], Sequence[int]]
    years: Callable[[Collection[int]], Mapping[int, int | None]]


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A row with its movie, with several movies to choose from, or with none.

    Attributes
    ----------
    row : ExportedRow
    movie_id : int or None
        The movie, if there is no doubt.
    candidates : tuple of int
        At most five, the likeliest first; only the movie itself if there is no doubt.
    """

    row: ExportedRow
    movie_id: int | None
    candidates: tuple[int, ...]


def match_rows(rows: Iterable[ExportedRow], catalogue: Candidates) -> list[MatchedRow]:
    """Match every row by MovieLens id, IMDb id, TMDB id, or else by title and year.

    A single movie with the same title and year is a match. If there are several, if the year is one off, or if the row
    has no year, the candidates are left for the user to choose from.
    """
    by_id = [_by_id(row, catalogue) for row in rows]
    by_title = [
        (row, () if found else catalogue.titled(display_title(row.title)) if row.title else ()) for row, found in by_id
    ]
    years = catalogue.years({movie_id for _, named in by_title for movie_id in named})
    return [
        _matched(row, found) if found else _by_year(row, named, years)
        for (row, found), (_, named) in zip(by_id, by_title, strict=True)
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
        return MatchedRow(row, None, tuple(known[:MAX_CANDIDATES]))
    same = [movie_id for movie_id in known if years[movie_id] == row.year]
    if same:
        return _matched(row, same)
    near = [movie_id for movie_id in known if _is_near(years[movie_id], row.year)]
    return MatchedRow(row, None, tuple(near[:MAX_CANDIDATES]))


def _matched(row: ExportedRow, found: Sequence[int]) -> MatchedRow:
    return MatchedRow(row, found[0] if len(found) == 1 else None, tuple(found[:MAX_CANDIDATES]))


def _is_near(year: int | None, wanted: int) -> bool:
    return year is None or abs(year - wanted) <= YEARS_APART
