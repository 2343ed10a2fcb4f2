"""SQL that makes the catalogue agree with IMDb's files, touching only rows that differ; no movie is removed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

from recommender.formats.imdb.films import Film
from recommender.formats.imdb.people import Credits
from recommender.models import Movie
from recommender.services.catalogue.people import folded
from recommender.services.movielens.binary_copy import copy_arrays

FOLDED_LENGTH = 512
TABLES = """
DROP TABLE IF EXISTS pg_temp.imdb_film, pg_temp.imdb_person, pg_temp.imdb_credit, pg_temp.keyed_film,
    pg_temp.keyed_credit;
CREATE TEMPORARY TABLE imdb_film (
    number integer, title varchar(512), year smallint, minutes integer, genres varchar(64)[], votes integer,
    mean double precision, names varchar(512)[]
) ON COMMIT DROP;
CREATE TEMPORARY TABLE imdb_person (number integer, name text, folded_name text, born smallint) ON COMMIT DROP;
CREATE TEMPORARY TABLE imdb_credit (film integer, person integer, work smallint, place smallint) ON COMMIT DROP;
"""
# Of two movies here with one IMDb id, the one that more people have rated gets the facts.
KEY_FILMS = """
CREATE TEMPORARY TABLE keyed_film ON COMMIT DROP AS
SELECT film.*, coalesce(known.id, %(first)s + film.number) AS movie_id, known.id IS NULL AS is_new,
       coalesce(known.id >= %(first)s, TRUE) AS is_other
FROM imdb_film AS film LEFT JOIN (
    SELECT DISTINCT ON (1) ltrim(imdb_id, 'tt')::bigint AS number, id FROM recommender_movie
    WHERE imdb_id ~ '^(tt)?[0-9]{1,9}$' ORDER BY 1, rating_count DESC, id
) AS known USING (number)
"""
INSERT_MOVIES = """
INSERT INTO recommender_movie (id, title, alternative_titles, year, imdb_id, poster_path, rating_count)
SELECT movie_id, title, '{}', year, lpad(number::text, greatest(7, length(number::text)), '0'), '', 0
FROM keyed_film WHERE is_new
"""
# What MovieLens, TMDB or an admin has said about a movie stays; a movie that only IMDb has follows IMDb.
UPDATE_MOVIES = """
UPDATE recommender_movie AS movie
SET title = new.title, year = new.year, runtime_minutes = new.minutes, imdb_titles = new.names,
    imdb_votes = new.votes, imdb_mean = new.mean
FROM (
    SELECT movie_id, CASE WHEN is_other THEN film.title ELSE old.title END AS title,
           CASE WHEN is_other THEN film.year ELSE coalesce(old.year, film.year) END AS year,
           coalesce(old.runtime_minutes, film.minutes) AS minutes, names, votes, mean
    FROM keyed_film AS film JOIN recommender_movie AS old ON old.id = movie_id
) AS new
WHERE movie.id = new.movie_id
AND (movie.title, movie.year, movie.runtime_minutes, movie.imdb_titles, movie.imdb_votes, movie.imdb_mean)
    IS DISTINCT FROM (new.title, new.year, new.minutes, new.names, new.votes, new.mean)
"""
INSERT_GENRES = """
INSERT INTO recommender_genre (name) SELECT DISTINCT unnest(genres) FROM keyed_film WHERE is_other ORDER BY 1
ON CONFLICT DO NOTHING
"""
DELETE_MOVIE_GENRES = """
DELETE FROM recommender_movie_genres AS old USING keyed_film AS film, recommender_genre AS genre
WHERE is_other AND old.movie_id = film.movie_id AND old.genre_id = genre.id AND genre.name <> ALL (film.genres)
"""
INSERT_MOVIE_GENRES = """
INSERT INTO recommender_movie_genres (movie_id, genre_id)
SELECT movie_id, genre.id FROM keyed_film, unnest(genres) AS name JOIN recommender_genre AS genre USING (name)
WHERE is_other ON CONFLICT DO NOTHING
"""
MERGE_PEOPLE = """
INSERT INTO recommender_person AS person (imdb_id, name, folded_name, born, n_votes)
SELECT number, new.name, new.folded_name, new.born, coalesce(votes, 0) FROM imdb_person AS new LEFT JOIN (
    SELECT person AS number, sum(votes) AS votes FROM (SELECT DISTINCT film, person FROM imdb_credit) AS credit
    JOIN imdb_film AS film ON film.number = credit.film GROUP BY 1
) AS known USING (number)
ORDER BY number
ON CONFLICT (imdb_id) DO UPDATE
SET name = excluded.name, folded_name = excluded.folded_name, born = excluded.born, n_votes = excluded.n_votes
WHERE (person.name, person.folded_name, person.born, person.n_votes)
    IS DISTINCT FROM (excluded.name, excluded.folded_name, excluded.born, excluded.n_votes)
"""
KEY_CREDITS = """
CREATE TEMPORARY TABLE keyed_credit ON COMMIT DROP AS
SELECT movie_id, person.id AS person_id, credit.work, credit.place
FROM imdb_credit AS credit
JOIN keyed_film AS film ON film.number = credit.film
JOIN recommender_person AS person ON person.imdb_id = credit.person
ORDER BY movie_id, work, person_id
"""
# Credits of TMDB stay where IMDb names nobody.
DELETE_CREDITS = """
DELETE FROM recommender_credit AS old USING keyed_film AS film, recommender_person AS person
WHERE old.movie_id = film.movie_id AND old.person_id = person.id AND NOT EXISTS (
    SELECT FROM keyed_credit AS new
    WHERE (new.movie_id, new.work, new.person_id) = (old.movie_id, old.work, old.person_id)
) AND (person.imdb_id IS NOT NULL OR EXISTS (SELECT FROM keyed_credit AS new WHERE new.movie_id = old.movie_id))
"""
UPSERT_CREDITS = """
INSERT INTO recommender_credit AS credit (movie_id, person_id, work, place)
SELECT movie_id, person_id, work, place FROM keyed_credit
ON CONFLICT (movie_id, work, person_id) DO UPDATE SET place = excluded.place WHERE credit.place <> excluded.place
"""
DELETE_PEOPLE = """
DELETE FROM recommender_person AS person WHERE NOT EXISTS (SELECT FROM recommender_credit WHERE person_id = person.id)
AND NOT EXISTS (SELECT FROM recommender_follow WHERE person_id = person.id)
"""
ANALYZE = "ANALYZE recommender_movie, recommender_movie_genres, recommender_person, recommender_credit"


@dataclass(frozen=True, slots=True)
class CatalogueChanges:
    """How many movies and credits a run added or changed."""

    added: int
    updated: int
    unchanged: int
    n_people: int
    n_credits: int


def stage(
    cursor: CursorWrapper, films: Iterable[Film], people: Mapping[int, tuple[str, int | None]], made_by: Credits
) -> None:
    """Copy what the files say into temporary tables that are dropped with the transaction."""
    cursor.execute(TABLES)
    with cursor.copy("COPY imdb_film FROM STDIN") as copy:
        for film in films:
            row = (film.number, film.title, film.year, film.minutes, list(film.genres), film.votes, film.mean)
            copy.write_row((*row, list(film.names)))
    with cursor.copy("COPY imdb_person FROM STDIN") as copy:
        for number, (name, born) in people.items():
            copy.write_row((number, name, folded(name)[:FOLDED_LENGTH], born))
    columns = {"film": made_by.films, "person": made_by.people}
    small = {"work": made_by.works.astype("i2"), "place": made_by.places.astype("i2")}
    copy_arrays(cursor, "imdb_credit", {**columns, **small})
    cursor.execute("ANALYZE imdb_film, imdb_person, imdb_credit")


def merge(cursor: CursorWrapper) -> CatalogueChanges:
    """Merge the staged tables; call it with the movies locked."""
    cursor.execute(KEY_FILMS, {"first": Movie.FIRST_OTHER_ID})
    cursor.execute("ANALYZE keyed_film")
    added = _rows(cursor, INSERT_MOVIES)
    updated = _rows(cursor, UPDATE_MOVIES) - added
    for statement in (INSERT_GENRES, DELETE_MOVIE_GENRES, INSERT_MOVIE_GENRES, MERGE_PEOPLE, KEY_CREDITS):
        cursor.execute(statement)
    cursor.execute("ANALYZE keyed_credit")
    for statement in (DELETE_CREDITS, UPSERT_CREDITS, DELETE_PEOPLE):
        cursor.execute(statement)
    n_films, n_people, n_credits = (_count(cursor, table) for table in ("keyed_film", "imdb_person", "keyed_credit"))
    cursor.execute(ANALYZE)
    return CatalogueChanges(added, updated, n_films - added - updated, n_people, n_credits)


def _rows(cursor: CursorWrapper, statement: str) -> int:
    cursor.execute(statement)
    return int(cursor.rowcount)


def _count(cursor: CursorWrapper, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own table name
    return int(cursor.fetchone()[0])
