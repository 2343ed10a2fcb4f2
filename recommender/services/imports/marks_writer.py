"""Add the movies of an import to a user's watchlist, seen or hidden movies, and undo that."""

from django.db.backends.utils import CursorWrapper

from recommender.models import RatingImport

# Of several rows about one movie, the one that says most counts. A rating says more than any mark, and hiding was the
# user's choice; a movie that has been seen leaves the watchlist.
DECIDE = """
WITH chosen AS (
    SELECT DISTINCT ON (movie_id) movie_id, line, kind FROM recommender_ratingimportrow
    WHERE rating_import_id = %(import)s AND kind <> 'ratings' AND movie_id IS NOT NULL
    ORDER BY movie_id, array_position(ARRAY['hidden', 'seen', 'watchlist'], kind::text), line
)
UPDATE recommender_ratingimportrow AS row
SET rated_at = least(coalesce(row.rated_at, %(now)s), %(now)s),
    mark_before = CASE WHEN mine.movie_id IS NULL THEN coalesce(mark.kind, '') ELSE '' END,
    outcome = CASE
        WHEN mine.movie_id IS NOT NULL THEN 'kept'
        WHEN mark.movie_id IS NULL THEN 'added'
        WHEN mark.kind = chosen.kind THEN 'same'
        WHEN mark.kind = 'watchlist' AND chosen.kind = 'seen' THEN 'replaced'
        ELSE 'kept'
    END
FROM chosen
LEFT JOIN recommender_rating AS mine ON mine.rater_id = %(rater)s AND mine.movie_id = chosen.movie_id
LEFT JOIN recommender_mark AS mark ON mark.rater_id = %(rater)s AND mark.movie_id = chosen.movie_id
WHERE row.rating_import_id = %(import)s AND row.line = chosen.line
"""
WRITE = """
INSERT INTO recommender_mark (rater_id, movie_id, kind, marked_at)
SELECT %(rater)s, movie_id, kind, rated_at FROM recommender_ratingimportrow
WHERE rating_import_id = %(import)s AND kind <> 'ratings' AND outcome IN ('added', 'replaced')
ON CONFLICT (rater_id, movie_id) DO UPDATE SET kind = excluded.kind, marked_at = excluded.marked_at
"""
# Only marks that are still as the import wrote them; changes made by hand since then are kept.
FIND_UNTOUCHED = """
UPDATE recommender_ratingimportrow AS row SET outcome = 'undone'
FROM recommender_mark AS mark
WHERE row.rating_import_id = %(import)s AND row.kind <> 'ratings' AND row.outcome IN ('added', 'replaced')
AND mark.rater_id = %(rater)s AND mark.movie_id = row.movie_id AND mark.kind = row.kind
AND mark.marked_at = row.rated_at
"""
RESTORE = """
UPDATE recommender_mark AS mark SET kind = row.mark_before
FROM recommender_ratingimportrow AS row
WHERE row.rating_import_id = %(import)s AND row.kind <> 'ratings' AND row.outcome = 'undone' AND row.mark_before <> ''
AND mark.rater_id = %(rater)s AND mark.movie_id = row.movie_id
"""
REMOVE = """
DELETE FROM recommender_mark AS mark USING recommender_ratingimportrow AS row
WHERE row.rating_import_id = %(import)s AND row.kind <> 'ratings' AND row.outcome = 'undone' AND row.mark_before = ''
AND mark.rater_id = %(rater)s AND mark.movie_id = row.movie_id
"""


def apply(cursor: CursorWrapper, locked: RatingImport) -> None:
    """Mark the chosen movies, each once, with the date in the file."""
    names = {"import": locked.pk, "rater": locked.rater_id, "now": locked.applied_at}
    cursor.execute(DECIDE, names)
    cursor.execute(WRITE, names)


def undo(cursor: CursorWrapper, locked: RatingImport) -> None:
    """Take back the marks that the import made and that have not been changed since."""
    names = {"import": locked.pk, "rater": locked.rater_id}
    cursor.execute(FIND_UNTOUCHED, names)
    for statement in (RESTORE, REMOVE):
        cursor.execute(statement, names)
