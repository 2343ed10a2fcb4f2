"""SQL that makes the imported part of the database equal to the staged dataset, touching only rows that differ.

MovieLens renumbers its raters in every release, so a release replaces the ratings and tags of the previous one;
movies are never removed. What users of this site did is never touched.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

from recommender.services.movielens.bulk_load import indexes_built_at_the_end


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened to the rows of one table."""

    inserted: int
    updated: int
    removed: int
    unchanged: int


MAY_SKIP_CHECKS = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
KEEP_RATERS = (
    "SELECT count(*) FROM (SELECT FROM recommender_rater WHERE movielens_id IS NOT NULL FOR KEY SHARE) AS kept"
)
# Posters in a catalogue are old; those fetched from TMDB for the same id are newer.
POSTER_PATH = """CASE
        WHEN movie.metadata_found AND movie.metadata_tmdb_id = coalesce(new_movie.tmdb_id, movie.tmdb_id)
        THEN coalesce(nullif(movie.poster_path, ''), new_movie.poster_path)
        ELSE coalesce(nullif(new_movie.poster_path, ''), movie.poster_path)
    END"""
UPDATE_MOVIES = f"""
UPDATE recommender_movie AS movie
SET title = new_movie.title,
    alternative_titles = new_movie.alternative_titles,
    year = coalesce(new_movie.year, movie.year),
    imdb_id = coalesce(new_movie.imdb_id, movie.imdb_id),
    tmdb_id = coalesce(new_movie.tmdb_id, movie.tmdb_id),
    poster_path = {POSTER_PATH}
FROM new_movie
WHERE movie.id = new_movie.id
AND (
    movie.title, movie.alternative_titles, movie.year, movie.imdb_id, movie.tmdb_id, movie.poster_path
) IS DISTINCT FROM (
    new_movie.title,
    new_movie.alternative_titles,
    coalesce(new_movie.year, movie.year),
    coalesce(new_movie.imdb_id, movie.imdb_id),
    coalesce(new_movie.tmdb_id, movie.tmdb_id),
    {POSTER_PATH}
)
"""  # noqa: S608 - our own expression
INSERT_MOVIES = """
INSERT INTO recommender_movie (id, title, alternative_titles, year, imdb_id, tmdb_id, poster_path, rating_count)
SELECT id, title, alternative_titles, year, imdb_id, tmdb_id, poster_path, 0 FROM new_movie
WHERE NOT EXISTS (SELECT FROM recommender_movie AS movie WHERE movie.id = new_movie.id)
"""
INSERT_GENRES = "INSERT INTO recommender_genre (name) SELECT DISTINCT name FROM new_genre ON CONFLICT DO NOTHING"
DELETE_MOVIE_GENRES = """
DELETE FROM recommender_movie_genres AS old USING recommender_genre AS genre
WHERE old.genre_id = genre.id
AND EXISTS (SELECT FROM new_movie WHERE new_movie.id = old.movie_id)
AND NOT EXISTS (SELECT FROM new_genre WHERE new_genre.movie_id = old.movie_id AND new_genre.name = genre.name)
"""
INSERT_MOVIE_GENRES = """
INSERT INTO recommender_movie_genres (movie_id, genre_id)
SELECT new_genre.movie_id, genre.id FROM new_genre JOIN recommender_genre AS genre USING (name)
ON CONFLICT DO NOTHING
"""
INSERT_RATERS = """
INSERT INTO recommender_rater (movielens_id)
SELECT movielens_id FROM (SELECT movielens_id FROM new_rating UNION SELECT movielens_id FROM new_tag) AS new
WHERE NOT EXISTS (SELECT FROM recommender_rater AS rater WHERE rater.movielens_id = new.movielens_id)
ORDER BY movielens_id
"""
DELETE_RATERS = """
DELETE FROM recommender_rater AS rater
WHERE movielens_id IS NOT NULL
AND NOT EXISTS (SELECT FROM recommender_rating WHERE rater_id = rater.id)
AND NOT EXISTS (SELECT FROM recommender_tagapplication WHERE rater_id = rater.id)
"""
KEY_RATINGS = """
CREATE TEMPORARY TABLE keyed_rating ON COMMIT DROP AS
SELECT rater.id AS rater_id, movie_id, half_stars, rated_at
FROM new_rating JOIN recommender_rater AS rater USING (movielens_id)
ORDER BY rater.id, movie_id
"""
UPDATE_RATINGS = """
UPDATE recommender_rating AS rating SET half_stars = new.half_stars, rated_at = new.rated_at
FROM keyed_rating AS new
WHERE rating.rater_id = new.rater_id AND rating.movie_id = new.movie_id
AND (rating.half_stars, rating.rated_at) IS DISTINCT FROM (new.half_stars, new.rated_at)
"""
INSERT_RATINGS = """
INSERT INTO recommender_rating (rater_id, movie_id, half_stars, rated_at)
SELECT rater_id, movie_id, half_stars, rated_at FROM keyed_rating AS new
WHERE NOT EXISTS (
    SELECT FROM recommender_rating AS rating
    WHERE rating.rater_id = new.rater_id AND rating.movie_id = new.movie_id
)
"""
DELETE_RATINGS = """
DELETE FROM recommender_rating AS rating USING recommender_rater AS rater
WHERE rating.rater_id = rater.id AND rater.movielens_id IS NOT NULL
AND NOT EXISTS (
    SELECT FROM keyed_rating AS new WHERE new.rater_id = rating.rater_id AND new.movie_id = rating.movie_id
)
"""
# A user's tag is either counted here or added to the new count: `services.ratings.tags` takes the weaker lock first.
LOCK_TAG_COUNTS = "LOCK TABLE recommender_movietag IN SHARE ROW EXCLUSIVE MODE"
INSERT_TAGS = """
INSERT INTO recommender_tag (name) SELECT DISTINCT lower(name) FROM new_tag ORDER BY 1 ON CONFLICT DO NOTHING
"""
KEY_TAGS = """
CREATE TEMPORARY TABLE keyed_tag ON COMMIT DROP AS
SELECT rater.id AS rater_id, movie_id, tag.id AS tag_id, to_timestamp(max(applied_at)) AS applied_at
FROM new_tag
JOIN recommender_rater AS rater USING (movielens_id)
JOIN recommender_tag AS tag ON tag.name = lower(new_tag.name)
GROUP BY rater.id, movie_id, tag.id
"""
UPDATE_TAGS = """
UPDATE recommender_tagapplication AS old SET applied_at = new.applied_at
FROM keyed_tag AS new
WHERE (old.rater_id, old.movie_id, old.tag_id) = (new.rater_id, new.movie_id, new.tag_id)
AND old.applied_at <> new.applied_at
"""
INSERT_TAG_APPLICATIONS = """
INSERT INTO recommender_tagapplication (rater_id, movie_id, tag_id, applied_at)
SELECT rater_id, movie_id, tag_id, applied_at FROM keyed_tag ORDER BY rater_id, movie_id, tag_id
ON CONFLICT DO NOTHING
"""
DELETE_TAGS = """
DELETE FROM recommender_tagapplication AS old USING recommender_rater AS rater
WHERE old.rater_id = rater.id AND rater.movielens_id IS NOT NULL
AND NOT EXISTS (
    SELECT FROM keyed_tag AS new
    WHERE (new.rater_id, new.movie_id, new.tag_id) = (old.rater_id, old.movie_id, old.tag_id)
)
"""
UPDATE_TAG_COUNTS = """
UPDATE recommender_movietag AS old SET count = new.count
FROM (SELECT movie_id, tag_id, count(*) AS count FROM recommender_tagapplication GROUP BY 1, 2) AS new
WHERE (old.movie_id, old.tag_id) = (new.movie_id, new.tag_id) AND old.count <> new.count
"""
INSERT_TAG_COUNTS = """
INSERT INTO recommender_movietag (movie_id, tag_id, count)
SELECT movie_id, tag_id, count(*) FROM recommender_tagapplication GROUP BY 1, 2
ON CONFLICT DO NOTHING
"""
DELETE_TAG_COUNTS = """
DELETE FROM recommender_movietag AS old WHERE NOT EXISTS (
    SELECT FROM recommender_tagapplication AS new WHERE (new.movie_id, new.tag_id) = (old.movie_id, old.tag_id)
)
"""
DELETE_UNUSED_TAGS = """
DELETE FROM recommender_tag AS tag
WHERE NOT EXISTS (SELECT FROM recommender_tagapplication WHERE tag_id = tag.id)
"""


def merge_raters(cursor: CursorWrapper) -> None:
    """Add the raters of the staged ratings and tags."""
    cursor.execute(INSERT_RATERS)


@contextmanager
def foreign_key_checks_skipped(cursor: CursorWrapper) -> Iterator[None]:
    """Skip two look-ups per new rating, which cost more than the insert itself, if the database user may do so.

    Staged rows can only refer to raters that they were joined with and that a lock keeps, and to movies of the release,
    which `merge_movies` adds in the same transaction.
    """
    cursor.execute(MAY_SKIP_CHECKS)
    if not cursor.fetchone()[0]:
        yield
        return
    cursor.execute(KEEP_RATERS)
    cursor.execute("SET LOCAL session_replication_role = replica")
    yield
    cursor.execute("SET LOCAL session_replication_role = origin")


def merge_movies(cursor: CursorWrapper) -> Changes:
    """Add and update movies and their genres."""
    changes = _changes(cursor, "new_movie", UPDATE_MOVIES, INSERT_MOVIES)
    for statement in (INSERT_GENRES, DELETE_MOVIE_GENRES, INSERT_MOVIE_GENRES):
        cursor.execute(statement)
    return changes


def merge_ratings(cursor: CursorWrapper) -> Changes:
    """Replace the ratings of imported raters."""
    cursor.execute(KEY_RATINGS)
    cursor.execute("ANALYZE keyed_rating")
    cursor.execute("SELECT count(*) FROM keyed_rating")
    with indexes_built_at_the_end(cursor, "recommender_rating", n_new=cursor.fetchone()[0]):
        return _changes(cursor, "keyed_rating", UPDATE_RATINGS, INSERT_RATINGS, DELETE_RATINGS)


def merge_tags(cursor: CursorWrapper) -> Changes:
    """Replace the tags of imported raters and count the tags of each movie."""
    cursor.execute(LOCK_TAG_COUNTS)
    cursor.execute(INSERT_TAGS)
    cursor.execute(KEY_TAGS)
    cursor.execute("ANALYZE keyed_tag")
    changes = _changes(cursor, "keyed_tag", UPDATE_TAGS, INSERT_TAG_APPLICATIONS, DELETE_TAGS)
    for statement in (DELETE_TAG_COUNTS, UPDATE_TAG_COUNTS, INSERT_TAG_COUNTS):
        cursor.execute(statement)
    return changes


def remove_unused(cursor: CursorWrapper) -> None:
    """Remove tags that nobody uses any more, and imported raters without ratings and tags."""
    cursor.execute(DELETE_UNUSED_TAGS)
    cursor.execute(DELETE_RATERS)


def _changes(cursor: CursorWrapper, staged: str, update: str, insert: str, delete: str | None = None) -> Changes:
    removed = _row_count(cursor, delete) if delete else 0
    updated = _row_count(cursor, update)
    inserted = _row_count(cursor, insert)
    cursor.execute(f"SELECT count(*) FROM {staged}")  # noqa: S608 - our own table name
    return Changes(inserted, updated, removed, cursor.fetchone()[0] - inserted - updated)


def _row_count(cursor: CursorWrapper, statement: str) -> int:
    cursor.execute(statement)
    return int(cursor.rowcount)
