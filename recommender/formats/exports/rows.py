"""One row of an export, the same for all sites."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ExportedRow:
    """What an export says about one movie.

    Attributes
    ----------
    line : int
        The line on which the row begins, counted from 1.
    title : str
        As in the file, without the year; empty if the file has no titles.
    year : int or None
    half_stars : int or None
        1 to 10; None in a watchlist.
    rated_at : datetime or None
        With a time zone.
    movie_id, imdb_id, tmdb_id : int or None
        The MovieLens id, and the ids of other sites without leading zeros.
    """

    line: int
    title: str
    year: int | None
    half_stars: int | None
    rated_at: datetime | None
    movie_id: int | None = None
    imdb_id: int | None = None
    tmdb_id: int | None = None


class ExportError(ValueError):
    """A file that cannot be imported; the message names the line, if any."""
