"""Add the movies of an import to a user's watchlist, and undo that."""

from django.db.backends.utils import CursorWrapper

from recommender.models import RatingImport

# Movies that are already rated or marked stay as they are: a rating says more, and hiding was the user's choice.
DECIDE = """
WITH chosen AS (
    SELECT movie_id, min(line) AS line FROM recommender_ratingimportrow
    WHERE rating_import_id = %(import)s AND movie_id IS NOT NULL GROUP BY movie_id
)
UPDATE recommender_ratingimportrow AS row
SET rated_at = least(coalesce(row.rated_at, %(now)s), %(now)s),
    outcome = CASE
        WHEN mine.movie_id IS NOT NULL THEN 'kept'
        WHEN mark.movie_id IS NOT NULL THEN 'same'
        ELSE 'added'
    END
FROM chosen
LEFT JOIN recommender_rating AS mine ON mine.rater_id = %(rater)s AND mine.movie_id = chosen.movie_id
LEFT JOIN recommender_mark AS mark ON mark.rater_id = %(rater)s AND mark.movie_id = chosen.movie_id
WHERE row.rating_import_id = %(import)s AND row.line = chosen.line
"""
WRITE = """
INSERT INTO recommender_mark (rater_id, movie_id, kind, marked_at)
SELECT %(rater)s, movie_id, 'watchlist', rated_at FROM recommender_ratingimportrow
WHERE rating_import_id = %(import)s AND outcome = 'added'
"""
FIND_UNTOUCHED = """
UPDATE recommender_ratingimportrow AS row SET outcome = 'undone'
FROM recommender_mark AS mark
WHERE row.rating_import_id = %(import)s AND row.outcome = 'added' AND mark.rater_id = %(rater)s
AND mark.movie_id = row.movie_id AND mark.kind = 'watchlist' AND mark.marked_at = row.rated_at
"""
REMOVE = """
DELETE FROM recommender_mark AS mark USING recommender_ratingimportrow AS row
WHERE row.rating_import_id = %(import)s AND row.outcome = 'undone'
AND mark.rater_id = %(rater)s AND mark.movie_id = row.movie_id
"""


def apply(cursor: CursorWrapper, locked: RatingImport) -> None:
    """Add the chosen movies to the watchlist, each once, with the date in the file."""
    names = {"import": locked.pk, "rater": locked.rater_id, "now": locked.applied_at}
    cursor.execute(DECIDE, names)
    cursor.execute(WRITE, names)


def undo(cursor: CursorWrapper, locked: RatingImport) -> None:
    """Remove the movies that the import added and that have not been changed since."""
    names = {"import": locked.pk, "rater": locked.rater_id}
    cursor.execute(FIND_UNTOUCHED, names)
    cursor.execute(REMOVE, names)
