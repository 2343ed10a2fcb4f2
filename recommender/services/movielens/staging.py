"""Copy a dataset into temporary tables, to compare it with what the database holds."""

from django.db.backends.utils import CursorWrapper

from recommender.formats.movielens import Dataset, Movies, RatingTriples, TagTriples
from recommender.services.movielens.binary_copy import OnBlock, copy_arrays, timestamps
from recommender.services.ratings.tags import folded

TAG_LENGTH = 255
# Dropped first, for callers that run two imports in one transaction.
TABLES = """
DROP TABLE IF EXISTS pg_temp.new_movie, pg_temp.new_genre, pg_temp.new_rating, pg_temp.new_tag,
    pg_temp.keyed_rating, pg_temp.keyed_tag;
CREATE TEMPORARY TABLE new_movie (
    id integer, title text, alternative_titles varchar(512)[],
    year smallint, imdb_id text, tmdb_id integer, poster_path text
) ON COMMIT DROP;
CREATE TEMPORARY TABLE new_genre (movie_id integer, name text) ON COMMIT DROP;
CREATE TEMPORARY TABLE new_rating (
    movielens_id integer, movie_id integer, half_stars smallint, rated_at timestamptz
) ON COMMIT DROP;
CREATE TEMPORARY TABLE new_tag (
    movielens_id integer, movie_id integer, name text, applied_at double precision
) ON COMMIT DROP;
"""


def stage(cursor: CursorWrapper, dataset: Dataset, on_block: OnBlock) -> None:
    """Copy a dataset into temporary tables that are dropped with the transaction."""
    cursor.execute(TABLES)
    _stage_movies(cursor, dataset.movies)
    _stage_tags(cursor, dataset.tags)
    _stage_ratings(cursor, dataset.ratings, on_block)
    cursor.execute("ANALYZE new_movie, new_genre, new_rating, new_tag")


def _stage_movies(cursor: CursorWrapper, movies: Movies) -> None:
    ids = movies.movie_ids.tolist()
    years = [year or None for year in movies.years.tolist()]
    tmdb_ids = [tmdb_id or None for tmdb_id in movies.tmdb_ids.tolist()]
    imdb_ids = [imdb_id or None for imdb_id in movies.imdb_ids]
    with cursor.copy("COPY new_movie FROM STDIN") as copy:
        others = map(list, movies.alternative_titles)
        for row in zip(ids, movies.titles, others, years, imdb_ids, tmdb_ids, movies.poster_paths, strict=True):
            copy.write_row(row)
    with cursor.copy("COPY new_genre FROM STDIN") as copy:
        for movie_id, genres in zip(ids, movies.genres, strict=True):
            for genre in genres:
                copy.write_row((movie_id, genre))


def _stage_tags(cursor: CursorWrapper, tags: TagTriples) -> None:
    rows = zip(tags.rater_ids.tolist(), tags.movie_ids.tolist(), tags.tags, tags.applied_at.tolist(), strict=True)
    with cursor.copy("COPY new_tag FROM STDIN") as copy:
        for rater_id, movie_id, tag, applied_at in rows:
            copy.write_row((rater_id, movie_id, folded(tag)[:TAG_LENGTH].strip(), applied_at))


def _stage_ratings(cursor: CursorWrapper, ratings: RatingTriples, on_block: OnBlock) -> None:
    columns = {
        "movielens_id": ratings.rater_ids,
        "movie_id": ratings.movie_ids,
        "half_stars": ratings.half_stars.astype("i2"),
        "rated_at": timestamps(ratings.rated_at),
    }
    copy_arrays(cursor, "new_rating", columns, on_block)
