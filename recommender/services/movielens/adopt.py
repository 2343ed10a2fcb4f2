"""Move what people said of movies that were here before MovieLens had them to the ids that a release brings."""

from typing import Final

from django.db.backends.utils import CursorWrapper

from recommender.models import Movie

# By IMDb id, else by TMDB id; `new_movie` is the staged release.
FIND: Final = """
DROP TABLE IF EXISTS pg_temp.adopted;
CREATE TEMPORARY TABLE adopted ON COMMIT DROP AS
SELECT DISTINCT ON (new_id) old_id, new_id FROM (
    SELECT other.id AS old_id, new_movie.id AS new_id, 1 AS preference FROM recommender_movie AS other
    JOIN new_movie ON ltrim(new_movie.imdb_id, 't0') = ltrim(other.imdb_id, 't0') WHERE other.id >= %(first)s
    UNION ALL
    SELECT other.id, new_movie.id, 2 FROM recommender_movie AS other
    JOIN new_movie ON new_movie.tmdb_id = other.tmdb_id WHERE other.id >= %(first)s
    AND (other.imdb_id IS NULL OR new_movie.imdb_id IS NULL)
) AS found WHERE new_id < %(first)s ORDER BY new_id, preference, old_id;
DELETE FROM adopted AS one USING adopted AS other WHERE one.old_id = other.old_id AND one.new_id > other.new_id;
"""
FACTS: Final = """
UPDATE recommender_movie AS movie
SET imdb_titles = old.imdb_titles, imdb_votes = old.imdb_votes, imdb_mean = old.imdb_mean,
    runtime_minutes = coalesce(movie.runtime_minutes, old.runtime_minutes),
    last_rated_at = greatest(movie.last_rated_at, old.last_rated_at)
FROM adopted JOIN recommender_movie AS old ON old.id = old_id WHERE movie.id = new_id
"""
# What somebody has said of both stays with the new id; rows of the old id that are left over go with it.
MOVE_BY_RATER: Final = """
UPDATE {table} AS row SET movie_id = new_id FROM adopted WHERE row.movie_id = old_id
AND NOT EXISTS (SELECT FROM {table} AS same WHERE same.movie_id = new_id AND same.rater_id = row.rater_id {more})
"""
BY_RATER: Final = (
    ("recommender_rating", ""),
    ("recommender_mark", ""),
    ("recommender_tagapplication", "AND same.tag_id = row.tag_id"),
)
MOVE: Final = "UPDATE {table} AS row SET movie_id = new_id FROM adopted WHERE row.movie_id = old_id"
LOGS: Final = ("recommender_outcome", "recommender_ratingimportrow")
MOVE_CREDITS: Final = """
DELETE FROM recommender_credit AS credit USING adopted WHERE credit.movie_id = new_id;
UPDATE recommender_credit AS credit SET movie_id = new_id FROM adopted WHERE credit.movie_id = old_id
"""
# A mark on a movie that is rated by now would break the rule that a rating replaces a mark.
DROP_MARKS: Final = """
DELETE FROM recommender_mark AS mark USING adopted WHERE mark.movie_id = new_id AND EXISTS (
    SELECT FROM recommender_rating AS rating WHERE rating.movie_id = new_id AND rating.rater_id = mark.rater_id
)
"""
MOVE_DUPLICATES: Final = (
    "UPDATE recommender_movie SET duplicate_of_id = new_id FROM adopted WHERE duplicate_of_id = old_id"
)
COUNT_TAGS: Final = """
DELETE FROM recommender_movietag AS tag USING adopted WHERE tag.movie_id IN (old_id, new_id);
INSERT INTO recommender_movietag (movie_id, tag_id, count)
SELECT movie_id, tag_id, count(*) FROM recommender_tagapplication JOIN adopted ON movie_id = new_id GROUP BY 1, 2
"""
# What TMDB said of the old id is fetched again for the new one.
REMOVE: Final = "DELETE FROM {table} AS row USING adopted WHERE row.{column} = old_id"
LEFT_OVER: Final = (
    ("recommender_rating", "movie_id"),
    ("recommender_mark", "movie_id"),
    ("recommender_tagapplication", "movie_id"),
    ("recommender_movie_genres", "movie_id"),
    ("recommender_moviekeyword", "movie_id"),
    ("recommender_certification", "movie_id"),
    ("recommender_availability", "movie_id"),
    ("recommender_movie", "id"),
)


def adopt(cursor: CursorWrapper) -> int:
    """Move everything from the ids that such movies had to those of the release; return how many there were.

    Call it with the movies locked and the release merged; statistics are computed afterwards.
    """
    cursor.execute(FIND, {"first": Movie.FIRST_OTHER_ID})
    cursor.execute("SELECT count(*) FROM adopted")
    n_adopted = int(cursor.fetchone()[0])
    if not n_adopted:
        return 0
    cursor.execute(FACTS)
    for table, more in BY_RATER:
        cursor.execute(MOVE_BY_RATER.format(table=table, more=more))
    for table in LOGS:
        cursor.execute(MOVE.format(table=table))
    for statement in (MOVE_CREDITS, MOVE_DUPLICATES, DROP_MARKS, COUNT_TAGS):
        cursor.execute(statement)
    for table, column in LEFT_OVER:
        cursor.execute(REMOVE.format(table=table, column=column))
    return n_adopted
