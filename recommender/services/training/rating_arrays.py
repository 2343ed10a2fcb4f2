"""Read ratings and movie features from the database into the engine's arrays, in bulk through ADBC."""

from typing import Any

import adbc_driver_postgresql.dbapi
import numpy as np
from django.db import OperationalError, connection
from numpy.typing import NDArray
from psycopg.conninfo import make_conninfo
from scipy.sparse import csr_array

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float32, Int32
from recommender.engine.model.item_features import indices_of

MOVIES = "SELECT id, coalesce(year, 0::smallint) AS year FROM recommender_movie ORDER BY id"
RATINGS = "SELECT rater_id, movie_id, half_stars FROM recommender_rating ORDER BY rater_id, movie_id"
RATINGS_AND_TIMES = """
SELECT rater_id, movie_id, half_stars, extract(epoch FROM rated_at)::bigint AS rated_at
FROM recommender_rating ORDER BY rater_id, movie_id
"""
GENRES = "SELECT id, name FROM recommender_genre ORDER BY name"
MOVIE_GENRES = "SELECT movie_id, genre_id FROM recommender_movie_genres ORDER BY movie_id, genre_id"
TAGS = "SELECT id, name FROM recommender_tag ORDER BY id"
TAG_APPLICATIONS = """
SELECT rater_id, movie_id, tag_id FROM recommender_tagapplication ORDER BY rater_id, movie_id, tag_id
"""

VOTES = """
SELECT id, imdb_mean::real AS mean, imdb_votes::real AS votes FROM recommender_movie
WHERE imdb_votes IS NOT NULL ORDER BY id
"""
CREDITS = """
SELECT movie_id, person_id, sum(CASE WHEN work = 1 THEN 2 ELSE 1 END)::real AS part FROM recommender_credit
GROUP BY movie_id, person_id ORDER BY movie_id, person_id
"""


def rating_matrix(*, with_times: bool = False) -> RatingMatrix:
    """Return all ratings; every movie of the catalogue has a column."""
    movies, ratings = _read(MOVIES, RATINGS_AND_TIMES if with_times else RATINGS)
    return RatingMatrix.from_triples(
        ratings["rater_id"],
        ratings["movie_id"],
        ratings["half_stars"],
        ratings["rated_at"] if with_times else None,
        catalogue=movies["id"],
    )


def movie_features(movie_ids: Int32) -> MovieFeatures:
    """Return genres, tags, years, votes and people of the given movies (strictly increasing ids), a row per movie."""
    queries = (MOVIES, GENRES, MOVIE_GENRES, TAGS, TAG_APPLICATIONS, VOTES, CREDITS)
    movies, genres, movie_genres, tags, applications, votes, made_by = _read(*queries)
    years = np.zeros(movie_ids.size, dtype=np.int16)
    positions, known = indices_of(movie_ids, movies["id"])
    years[positions] = movies["year"][known]
    rows, known = indices_of(movie_ids, movie_genres["movie_id"])
    columns = _positions(genres["id"], movie_genres["genre_id"][known])
    shape = (movie_ids.size, genres["id"].size)
    genre_matrix = csr_array((np.ones(rows.size, dtype=np.float32), (rows, columns)), shape=shape)
    means, counts = _votes(movie_ids, votes)
    tag_rows, tagged = indices_of(movie_ids, applications["movie_id"])
    return MovieFeatures(
        movie_ids=movie_ids,
        years=years,
        genre_names=tuple(genres["name"]),
        genres=genre_matrix,
        tag_names=tuple(tags["name"]),
        tag_rater_ids=applications["rater_id"][tagged],
        tag_movie_indices=tag_rows,
        tag_indices=_positions(tags["id"], applications["tag_id"][tagged]),
        outside_means=means,
        outside_votes=counts,
        credits=_credits(movie_ids, made_by),
    )


def _votes(movie_ids: Int32, votes: dict[str, NDArray[Any]]) -> tuple[Float32 | None, Float32 | None]:
    """Return mean and number of the votes on another site, None where no movie has any."""
    if not votes["id"].size:
        return None, None
    rows, known = indices_of(movie_ids, votes["id"])
    means, counts = np.full(movie_ids.size, np.nan, dtype=np.float32), np.zeros(movie_ids.size, dtype=np.float32)
    means[rows], counts[rows] = votes["mean"][known], votes["votes"][known]
    return means, counts


def _credits(movie_ids: Int32, made_by: dict[str, NDArray[Any]]) -> csr_array | None:
    """Return how much each person made of each movie, a column per person, None where nobody is known."""
    rows, known = indices_of(movie_ids, made_by["movie_id"])
    if not rows.size:
        return None
    people, columns = np.unique(made_by["person_id"][known], return_inverse=True)
    parts = made_by["part"][known].astype(np.float32)
    return csr_array((parts, (rows, columns.astype(np.int32))), shape=(movie_ids.size, people.size))


def _positions(ids: NDArray[Any], wanted: NDArray[Any]) -> Int32:
    """Return the position of each wanted id among `ids`, which may be in any order."""
    order = np.argsort(ids, kind="stable")
    found: Int32 = order[np.searchsorted(ids, wanted, sorter=order)].astype(np.int32)
    return found


def _read(*queries: str) -> list[dict[str, NDArray[Any]]]:
    """Run queries in one transaction, each column as an array; raise Django's error if the connection is lost."""
    try:
        return _read_at_once(*queries)
    except adbc_driver_postgresql.dbapi.OperationalError as error:
        raise OperationalError(str(error)) from error


def _read_at_once(*queries: str) -> list[dict[str, NDArray[Any]]]:
    with adbc_driver_postgresql.dbapi.connect(adbc_uri(connection.settings_dict), autocommit=False) as source:
        with source.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            results = []
            for query in queries:
                cursor.execute(query)
                table = cursor.fetch_arrow_table()
                results.append({name: table[name].to_numpy() for name in table.column_names})
        source.rollback()
    return results


def adbc_uri(settings: dict[str, Any]) -> str:
    """Return the libpq connection string of an entry of DATABASES (or `connection.settings_dict`)."""
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    parts = {libpq: str(settings[name]) for name, libpq in names.items() if settings.get(name)}
    options = {name: value for name, value in settings.get("OPTIONS", {}).items() if isinstance(value, str)}
    return make_conninfo("", **(parts | options))
