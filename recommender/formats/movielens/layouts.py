"""The three file layouts of MovieLens releases, and how to recognise each."""

import zipfile
import zlib
from dataclasses import dataclass, replace

from recommender.formats.movielens.columns import (
    Column,
    digits,
    flag,
    free_text,
    identifier,
    path,
    seconds,
    stars,
    title,
    year,
)
from recommender.formats.movielens.release import DatasetError, Release
from recommender.formats.movielens.text_file import TextFile

USER, MOVIE, RATING, TIME = identifier("userId"), identifier("movieId"), stars("rating"), seconds("timestamp")
TITLE, GENRES = title("title"), free_text("genres")

LINKS = TextFile("links.csv", (MOVIE, digits("imdbId"), digits("tmdbId")))
POSTERS = TextFile("posters.csv", (MOVIE, digits("tmdbId"), path("posterPath")))

GENRES_OF_100K = (
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
)


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of one layout; `tags` is None if the layout has no tags."""

    movies: TextFile
    ratings: TextFile
    tags: TextFile | None


CSV = Layout(
    movies=TextFile("movies.csv", (MOVIE, TITLE, GENRES), optional=(year("year"),)),
    ratings=TextFile("ratings.csv", (USER, MOVIE, RATING, TIME), one_line_rows=True),
    tags=TextFile("tags.csv", (USER, MOVIE, free_text("tag"), TIME)),
)
HUNDRED_K = Layout(
    movies=TextFile(
        "u.item",
        (
            *(MOVIE, TITLE, free_text("release date"), free_text("video release date"), free_text("IMDb URL")),
            *(flag(genre) for genre in GENRES_OF_100K),
        ),
        delimiter="|",
        encoding="latin-1",
        has_header=False,
        quoted=False,
    ),
    ratings=TextFile("u.data", (USER, MOVIE, RATING, TIME), delimiter="\t", has_header=False, quoted=False),
    tags=None,
)


def layout_of(release: Release) -> Layout:
    """Recognise the layout by the name of the movies file.

    Raises
    ------
    DatasetError
        If there are ratings but no movies.
    """
    if release.has("movies.csv"):
        return replace(CSV, movies=replace(CSV.movies, encoding=_encoding(release, "movies.csv")))
    if release.has("u.item"):
        return HUNDRED_K
    if release.has("movies.dat"):
        return _double_colon_layout(release)
    missing = next(
        movies
        for movies, ratings in (("movies.csv", "ratings.csv"), ("movies.dat", "ratings.dat"), ("u.item", "u.data"))
        if release.has(ratings)
    )
    raise DatasetError(f"{missing} is missing in {release.path}.")


def _encoding(release: Release, name: str) -> str:
    """Return latin-1 if the file is not UTF-8; what else is wrong with it is told when it is read."""
    try:
        with release.open(name) as file:
            file.read().decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return "utf-8"
    return "utf-8"


def _double_colon_layout(release: Release) -> Layout:
    """1M is written in latin-1, 10M in UTF-8; nothing in the files says so."""
    encoding = _encoding(release, "movies.dat")

    def file_of(name: str, *columns: Column) -> TextFile:
        return TextFile(name, columns, delimiter="::", encoding=encoding, has_header=False, quoted=False)

    return Layout(
        movies=file_of("movies.dat", MOVIE, TITLE, GENRES),
        ratings=file_of("ratings.dat", USER, MOVIE, RATING, TIME),
        tags=file_of("tags.dat", USER, MOVIE, free_text("tag"), TIME),
    )
