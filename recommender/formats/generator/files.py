"""Write a generated dataset as the files of a MovieLens release."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from recommender.formats.movielens.dataset import Movies, RatingTriples, TagTriples

RATINGS_SCHEMA = pa.schema(
    {"userId": pa.int32(), "movieId": pa.int32(), "rating": pa.string(), "timestamp": pa.int64()}
)
STARS = pa.array([f"{half_stars / 2}" for half_stars in range(11)])
README = """A dataset in the layout of MovieLens, made up by movierec's generator. Nobody gave these ratings.
"""


def _raw_title(title: str, others: tuple[str, ...], year: int) -> str:
    """Return a title as MovieLens writes it: followed by alternatives and year in parentheses."""
    parts = (title, *(f"({other})" for other in others), *((f"({year})",) if year else ()))
    return " ".join(parts)


def write_movies(folder: Path, movies: Movies) -> None:
    """Write movies.csv, links.csv and a README."""
    raw = zip(movies.titles, movies.alternative_titles, movies.years, strict=True)
    titles = (_raw_title(title, others, int(year)) for title, others, year in raw)
    genres = ("|".join(names) or "(no genres listed)" for names in movies.genres)
    ids = movies.movie_ids.tolist()
    _write_rows(folder / "movies.csv", "movieId,title,genres", zip(ids, titles, genres, strict=True))
    tmdb_ids = (tmdb_id or "" for tmdb_id in movies.tmdb_ids.tolist())
    _write_rows(folder / "links.csv", "movieId,imdbId,tmdbId", zip(ids, movies.imdb_ids, tmdb_ids, strict=True))
    if any(movies.poster_paths):
        rows = zip(ids, movies.tmdb_ids.tolist(), movies.poster_paths, strict=True)
        _write_rows(folder / "posters.csv", "movieId,tmdbId,posterPath", rows)
    (folder / "README.txt").write_text(README, encoding="utf-8")


@contextmanager
def ratings_writer(folder: Path) -> Iterator[pyarrow.csv.CSVWriter]:
    """Open ratings.csv for `write_ratings`."""
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    with (folder / "ratings.csv").open("wb") as file:
        file.write((",".join(RATINGS_SCHEMA.names) + "\n").encode())
        with pyarrow.csv.CSVWriter(file, RATINGS_SCHEMA, write_options=options) as writer:
            yield writer


def write_ratings(writer: pyarrow.csv.CSVWriter, ratings: RatingTriples) -> None:
    """Append a block of ratings."""
    stars = STARS.take(pa.array(ratings.half_stars.astype(np.int32)))
    columns = [ratings.rater_ids, ratings.movie_ids, stars, ratings.rated_at]
    writer.write_batch(pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=RATINGS_SCHEMA))


def write_tags(folder: Path, blocks: Iterable[TagTriples]) -> None:
    """Write tags.csv."""
    rows = (
        row
        for tags in blocks
        for row in zip(
            tags.rater_ids.tolist(), tags.movie_ids.tolist(), tags.tags, tags.applied_at.tolist(), strict=True
        )
    )
    _write_rows(folder / "tags.csv", "userId,movieId,tag,timestamp", rows)


def _write_rows(path: Path, header: str, rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        csv.writer(file, lineterminator="\n").writerows(rows)
