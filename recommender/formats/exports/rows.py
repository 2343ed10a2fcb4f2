"""One row of an export, the same for all sites."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["ratings", "watchlist", "seen", "hidden"]
"""What a row is: a rating, or a mark of this kind."""


@dataclass(frozen=True, slots=True)
class ExportedRow:
    """What an export says about one movie.

    Attributes
    ----------
    line : int
        The line on which the row begins, counted from 1.
    title : str
        As in the file, without the year; empty if the file has no titles.
    other_titles : tuple of str
        Further titles of the same movie in the file, as in other languages.
    year : int or None
    half_stars : int or None
        1 to 10; None in a row that is no rating.
    rated_at : datetime or None
        With a time zone.
    movie_id, imdb_id, tmdb_id : int or None
        The MovieLens id, and the ids of other sites without leading zeros.
    kind : {"ratings", "watchlist", "seen", "hidden"}
    type : str
        What it is if it is no movie, such as "TV Series"; it counts only if its id is known here.
    """

    line: int
    title: str
    year: int | None
    half_stars: int | None
    rated_at: datetime | None
    movie_id: int | None = None
    imdb_id: int | None = None
    tmdb_id: int | None = None
    kind: Kind = "ratings"
    type: str = ""
    other_titles: tuple[str, ...] = ()

    @property
    def titles(self) -> tuple[str, ...]:
        """All its titles, the main one first."""
        return (self.title, *self.other_titles) if self.title else self.other_titles


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be imported, and why, in words that follow "Line 7"; `file` is its file in an archive."""

    line: int
    reason: str
    file: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.file else f"Line {self.line}"
        return f"{where}{'' if self.reason[:1] == ':' else ' '}{self.reason}"


class ExportError(ValueError):
    """A file that cannot be imported; the message names the line, if any."""
