"""The export formats that we can read, recognised by the columns in their header."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["ratings", "watchlist"]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """The export format of one site.

    Attributes
    ----------
    name, label : str
        For programs and for people, in this order.
    columns : tuple of str
        A header that has all of these belongs to this format.
    kind : {"ratings", "watchlist"}
    steps_per_star : int
        In the `rating` column: 2 for a scale from 0.5 to 5, 1 for a scale from 1 to 10.
    rating, rated_at, title, year, movie_id, imdb_id, tmdb_id, type : str
        The name of the column, empty if the format has none; a column missing in the header reads as empty cells.
    movie_types : collection of str
        The values of `type` for movies, in lower case without spaces.
    rater : str
        The column that identifies the rater.
    """

    name: str
    label: str
    columns: tuple[str, ...]
    kind: Kind = "ratings"
    steps_per_star: int = 2
    rating: str = ""
    rated_at: str = ""
    title: str = ""
    year: str = ""
    movie_id: str = ""
    imdb_id: str = ""
    tmdb_id: str = ""
    type: str = ""
    movie_types: Collection[str] = ()
    rater: str = ""


# A file is of the first format whose columns are all in its header.
FORMATS: Final = (
    ExportFormat(
        name="movielens",
        label="MovieLens ratings.csv",
        columns=("userId", "movieId", "rating", "timestamp"),
        rating="rating",
        rated_at="timestamp",
        title="title",
        year="year",
        movie_id="movieId",
        imdb_id="imdbId",
        tmdb_id="tmdbId",
        rater="userId",
    ),
    ExportFormat(
        name="movielens_org",
        label="movielens.org ratings",
        columns=("movie_id", "rating", "title"),
        rating="rating",
        title="title",
        movie_id="movie_id",
        imdb_id="imdb_id",
        tmdb_id="tmdb_id",
    ),
    ExportFormat(
        name="imdb",
        label="IMDb ratings",
        columns=("Const", "Your Rating"),
        steps_per_star=1,
        rating="Your Rating",
        rated_at="Date Rated",
        title="Title",
        year="Year",
        imdb_id="Const",
        type="Title Type",
        movie_types=("movie", "tvmovie"),
    ),
    ExportFormat(
        name="trakt",
        label="Trakt ratings",
        columns=("rated_at", "type", "title", "rating"),
        steps_per_star=1,
        rating="rating",
        rated_at="rated_at",
        title="title",
        year="year",
        imdb_id="imdb_id",
        tmdb_id="tmdb_id",
        type="type",
        movie_types=("movie",),
    ),
    ExportFormat(
        name="letterboxd",
        label="Letterboxd ratings",
        columns=("Name", "Year", "Letterboxd URI", "Rating"),
        rating="Rating",
        rated_at="Date",
        title="Name",
        year="Year",
    ),
    ExportFormat(
        name="letterboxd_watchlist",
        label="Letterboxd watchlist",
        columns=("Name", "Year", "Letterboxd URI"),
        kind="watchlist",
        rated_at="Date",
        title="Name",
        year="Year",
    ),
)


def format_of(header: Collection[str]) -> ExportFormat | None:
    """Return the format of a file with these columns; case does not matter."""
    known = {name.casefold() for name in header}
    return next((each for each in FORMATS if all(name.casefold() in known for name in each.columns)), None)
