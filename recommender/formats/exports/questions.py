"""What a file leaves open, so that its owner has to say it, and what they said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from recommender.formats.exports.rows import ExportError
from recommender.formats.exports.values import Scale

Unrated = Literal["watchlist", "seen"]
DateOrder = Literal["day", "month"]
FirstRow = Literal["names", "values"]
Role = Literal["title", "year", "imdb_id", "tmdb_id", "rating", "date", "nothing"]
"""What a column of a table holds."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the owner of a file said about it; None where nothing was asked.

    Attributes
    ----------
    unrated : {"watchlist", "seen"}, optional
        What a list without ratings is.
    dates : {"day", "month"}, optional
        Which of them comes first in dates such as 04/05/2026.
    columns : sequence of Role, optional
        What each column of a table holds, in their order.
    scale : Scale, optional
        The best rating in that table; by default, guessed.
    first_row : {"names", "values"}, optional
        Whether the table begins with the names of the columns; by default, guessed.
    """

    unrated: Unrated | None = None
    dates: DateOrder | None = None
    columns: Sequence[Role] | None = None
    scale: Scale | None = None
    first_row: FirstRow | None = None


NO_ANSWERS = Answers()


class UnclearList(ExportError):
    """A list of movies without ratings of which neither the file nor its name says whether they have been seen."""


class UnclearDates(ExportError):
    """Dates of which nothing says whether the day or the month comes first; `day_first` and `month_first` read one."""

    def __init__(self, written: str, day_first: date | None, month_first: date | None) -> None:
        super().__init__(f'Which comes first in dates such as "{written}": the day or the month?')
        self.day_first, self.month_first = day_first, month_first


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, its first values, what it seems to hold, and the scale if those are ratings."""

    name: str
    values: tuple[str, ...]
    role: Role
    scale: Scale | None


class UnclearTable(ExportError):
    """A table of which its owner must say what the columns hold; `first_row` is what the first row seems to be."""

    def __init__(self, message: str, columns: Sequence[Column], first_row: FirstRow) -> None:
        super().__init__(message)
        self.columns, self.first_row = columns, first_row
