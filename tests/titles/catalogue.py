"""The movies that the query suite and the search benchmark search."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

from recommender.titles.document import TitleDocument

QUERIES = Path(__file__).with_name("queries.csv")
UNSEEN_QUERIES = Path(__file__).with_name("unseen_queries.csv")


def read_queries() -> list[dict[str, str]]:
    """Return the published suite, a dict per query."""
    return list(_rows(QUERIES))


def read_unseen_queries() -> list[dict[str, str]]:
    """Return the queries that nobody looked at while changing the search; only their share found is to be read."""
    return list(_rows(UNSEEN_QUERIES))


def has_catalogue() -> bool:
    """Tell whether the whole catalogue is there to search."""
    return _catalogue() is not None


def _catalogue() -> tuple[Path, Path] | None:
    """Return the folders of the small release and of the catalogue."""
    release = Path(os.environ.get("MOVIELENS_DATA") or "/nonexistent")
    catalogue = release.parent / "catalog-2018"
    is_there = (release / "ratings.csv").is_file() and (catalogue / "movies.csv").is_file()
    return (release, catalogue) if is_there else None


def catalogue_documents() -> list[TitleDocument]:
    """Return the 58,098 movies of the catalogue with the ratings of the small release.

    Without MOVIELENS_DATA or the catalogue beside it, the movies the suite expects and as many that resemble them.
    """
    folders = _catalogue()
    if folders is None:
        return _documents_of_the_suite()
    release, catalogue = folders
    stars: dict[str, list[float]] = {}
    for row in _rows(release / "ratings.csv"):
        stars.setdefault(row["movieId"], []).append(float(row["rating"]))
    tmdb_ids = {row["movieId"]: row["tmdbId"] for row in _rows(catalogue / "posters.csv")}
    imdb_ids = {row["movieId"]: row["imdbId"] for row in _rows(release / "links.csv")}
    return [
        TitleDocument(
            movie_id=int(movie_id := row["movieId"]),
            title=row["title"],
            year=None,
            genres=tuple(row["genres"].split("|")),
            rating_count=len(given := stars.get(movie_id, [])),
            imdb_id=imdb_ids.get(movie_id),
            tmdb_id=int(tmdb_ids.get(movie_id) or 0) or None,
            rating_mean=sum(given) / len(given) if given else None,
        )
        for row in _rows(catalogue / "movies.csv")
    ]


def _documents_of_the_suite() -> list[TitleDocument]:
    """Return every expected movie, rated, and one of a longer title beside it, unrated."""
    titles = {int(row["movie_id"]): row["title"] for row in read_queries()}
    ids = {row["title"]: row["query"] for row in read_queries() if row["kind"] == "ids"}
    documents = []
    for movie_id, title in titles.items():
        imdb_id = {"Matrix, The (1999)": "0133093", "Toy Story (1995)": "0114709"}.get(title)
        if title.startswith("Shawshank"):
            imdb_id = "0111161"
        tmdb_id = {"Matrix, The (1999)": 603, "Pulp Fiction (1994)": 680}.get(title)
        assert title not in ids or imdb_id or tmdb_id, f"give {title} an id here"
        # Older entries of the catalogue are better known on the whole.
        count = 1 + 2_000_000 // (movie_id + 10_000)
        documents.append(TitleDocument(movie_id, title, None, ("Drama",), count, imdb_id, tmdb_id, 3.5))
        decoy = f"Making of {title}"
        documents.append(TitleDocument(1_000_000 + movie_id, decoy, None, ("Documentary",), 0, None, None, None))
    return documents


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
