"""What an export format looks like: the columns that give it away, and what they hold."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from recommender.formats.exports.rows import Kind
from recommender.formats.exports.values import Scale

Unrated = Literal["left out", "watchlist", "seen", "unclear", "asked"]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """The export format of one site.

    A column may have several names, separated by "|"; the first that is not empty is read.

    Attributes
    ----------
    name, label : str
        For programs and for people, in this order.
    columns : tuple of str
        A header that has all of these belongs to this format.
    best : {4, 5, 10, 20, 100, "letters"}
        The best rating: 5 for half stars, 10 for whole points, 100 for percentages, "letters" for A+.
    rounded : bool
        Whether ratings between the steps of the scale are rounded; otherwise they are bad rows.
    zero : bool
        Whether 0 is the lowest rating.
    not_rated : collection of str
        What else stands in the column of the rating if there is none.
    unrated : {"left out", "watchlist", "seen", "unclear", "asked"}
        What a row without a rating is; if unclear, the name of the file or the user must say; if asked, the user.
    title_separator : str
        What stands between several titles in one cell; empty if there is only one.
    rating, rated_at, title, other_titles, year, movie_id, imdb_id, tmdb_id, type, kind : str
        The name of the column, empty if the format has none; a column missing in the header reads as empty cells.
    movie_types : collection of str
        The values of `type` for movies, in lower case without spaces.
    kinds : mapping of str to str
        What the values of `kind` mean, in lower case; rows of others are left out.
    other_lists : collection of str
        Parts of the names of files or sheets in this format that are not about movies.
    rater : str
        The column that identifies the rater.
    """

    name: str
    label: str
    columns: tuple[str, ...]
    best: Scale = 5
    rounded: bool = False
    zero: bool = False
    not_rated: Collection[str] = ()
    unrated: Unrated = "left out"
    rating: str = ""
    rated_at: str = ""
    title: str = ""
    other_titles: str = ""
    title_separator: str = ""
    year: str = ""
    movie_id: str = ""
    imdb_id: str = ""
    tmdb_id: str = ""
    type: str = ""
    movie_types: Collection[str] = ()
    kind: str = ""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    other_lists: Collection[str] = ()
    rater: str = ""

    @property
    def rating_name(self) -> str:
        """The usual name of the column with the ratings."""
        return self.rating.split("|")[0]
