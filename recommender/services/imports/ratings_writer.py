"""Apply an import to a user's ratings and marks in one transaction, and undo it."""

from collections.abc import Mapping
from typing import Any, Literal

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from recommender.models import Rater, RatingImport
from recommender.services.imports import follows_writer, marks_writer
from recommender.services.imports.review import lock
from recommender.services.ratings import movie_statistics
from recommender.services.ratings.movie_statistics import CountChange

Existing = Literal["keep", "replace"]

# Of several rows about one movie, the latest counts. Future dates are clamped to now.
DECIDE = """
WITH chosen AS (
    SELECT DISTINCT ON (movie_id) line, movie_id, half_stars, least(coalesce(rated_at, %(now)s), %(now)s) AS rated_at
    FROM recommender_ratingimportrow AS row
    WHERE rating_import_id = %(import)s AND half_stars IS NOT NULL AND movie_id IS NOT NULL
    ORDER BY movie_id, row.rated_at DESC NULLS LAST, line DESC
)
UPDATE recommender_ratingimportrow AS row
SET rated_at = chosen.rated_at,
    half_stars_before = mine.half_stars,
    rated_at_before = mine.rated_at,
    outcome = CASE
        WHEN mine.half_stars IS NULL THEN 'added'
        WHEN mine.half_stars = chosen.half_stars THEN 'same'
        WHEN %(replace)s THEN 'replaced'
        ELSE 'kept'
    END
FROM chosen LEFT JOIN recommender_rating AS mine ON mine.rater_id = %(rater)s AND mine.movie_id = chosen.movie_id
WHERE row.rating_import_id = %(import)s AND row.line = chosen.line
"""
REPEATED = """
UPDATE recommender_ratingimportrow SET outcome = 'repeated'
WHERE rating_import_id = %(import)s AND movie_id IS NOT NULL AND outcome = ''
"""
WRITE = """
INSERT INTO recommender_rating (rater_id, movie_id, half_stars, rated_at)
SELECT %(rater)s, movie_id, half_stars, rated_at FROM recommender_ratingimportrow
WHERE rating_import_id = %(import)s AND kind = 'ratings' AND outcome IN ('added', 'replaced')
ON CONFLICT (rater_id, movie_id) DO UPDATE SET half_stars = excluded.half_stars, rated_at = excluded.rated_at
"""
WRITTEN = """
SELECT movie_id, (half_stars_before IS NULL)::integer, half_stars - coalesce(half_stars_before, 0)
FROM recommender_ratingimportrow
WHERE rating_import_id = %(import)s AND kind = 'ratings' AND outcome IN ('added', 'replaced')
"""
# Only ratings that are still as the import wrote them; changes made by hand since then are kept.
FIND_UNTOUCHED = """
UPDATE recommender_ratingimportrow AS row SET outcome = 'undone'
FROM recommender_rating AS mine
WHERE row.rating_import_id = %(import)s AND row.kind = 'ratings' AND row.outcome IN ('added', 'replaced')
AND mine.rater_id = %(rater)s AND mine.movie_id = row.movie_id
AND mine.half_stars = row.half_stars AND mine.rated_at = row.rated_at
"""
UNDONE = """
SELECT movie_id, -(half_stars_before IS NULL)::integer, coalesce(half_stars_before, 0) - half_stars
FROM recommender_ratingimportrow WHERE rating_import_id = %(import)s AND kind = 'ratings' AND outcome = 'undone'
"""
RESTORE = """
UPDATE recommender_rating AS mine SET half_stars = row.half_stars_before, rated_at = row.rated_at_before
FROM recommender_ratingimportrow AS row
WHERE row.rating_import_id = %(import)s AND row.outcome = 'undone' AND row.half_stars_before IS NOT NULL
AND mine.rater_id = %(rater)s AND mine.movie_id = row.movie_id
"""
REMOVE = """
DELETE FROM recommender_rating AS mine USING recommender_ratingimportrow AS row
WHERE row.rating_import_id = %(import)s AND row.kind = 'ratings' AND row.outcome = 'undone'
AND row.half_stars_before IS NULL
AND mine.rater_id = %(rater)s AND mine.movie_id = row.movie_id
"""
# A later import that replaced what this one wrote must not restore it when that import is undone, too.
FORGET_IN_LATER_IMPORTS = """
UPDATE recommender_ratingimportrow AS later
SET half_stars_before = row.half_stars_before, rated_at_before = row.rated_at_before
FROM recommender_ratingimportrow AS row, recommender_ratingimport AS other
WHERE row.rating_import_id = %(import)s AND row.kind = 'ratings' AND row.outcome IN ('added', 'replaced')
AND other.rater_id = %(rater)s AND other.state = 'applied' AND other.id = later.rating_import_id
AND later.rating_import_id <> %(import)s AND later.outcome = 'replaced' AND later.movie_id = row.movie_id
AND later.half_stars_before = row.half_stars AND later.rated_at_before = row.rated_at
"""


@transaction.atomic
def apply(*, rating_import: RatingImport, existing: Existing) -> RatingImport:
    """Write the rows that have a movie; existing ratings are kept or replaced.

    Raises
    ------
    ImportClosed
        If the import has already been applied.
    """
    Rater.objects.select_for_update().get(pk=rating_import.rater_id)
    locked = lock(rating_import, RatingImport.State.REVIEW)
    locked.state, locked.applied_at = RatingImport.State.APPLIED, timezone.now()
    with connection.cursor() as cursor:
        _write_ratings(cursor, locked, existing)
        marks_writer.apply(cursor, locked)
        cursor.execute(REPEATED, {"import": locked.pk})
    follows_writer.apply(locked)
    locked.save(update_fields=["state", "applied_at", "followed"])
    return locked


@transaction.atomic
def undo(*, rating_import: RatingImport) -> RatingImport:
    """Restore what was there before; ratings changed by hand since then stay.

    Raises
    ------
    ImportClosed
        If the import is not applied.
    """
    Rater.objects.select_for_update().get(pk=rating_import.rater_id)
    locked = lock(rating_import, RatingImport.State.APPLIED)
    locked.state, locked.undone_at = RatingImport.State.UNDONE, timezone.now()
    with connection.cursor() as cursor:
        marks_writer.undo(cursor, locked)
        _undo_ratings(cursor, locked)
    follows_writer.undo(locked)
    locked.save(update_fields=["state", "undone_at"])
    return locked


def _write_ratings(cursor: CursorWrapper, locked: RatingImport, existing: Existing) -> None:
    names = {"import": locked.pk, "rater": locked.rater_id, "now": locked.applied_at, "replace": existing == "replace"}
    cursor.execute(DECIDE, names)
    cursor.execute(WRITE, names)
    _update_statistics(cursor, WRITTEN, names)


def _undo_ratings(cursor: CursorWrapper, locked: RatingImport) -> None:
    names = {"import": locked.pk, "rater": locked.rater_id}
    cursor.execute(FIND_UNTOUCHED, names)
    _update_statistics(cursor, UNDONE, names)
    for statement in (RESTORE, REMOVE, FORGET_IN_LATER_IMPORTS):
        cursor.execute(statement, names)


def _update_statistics(cursor: CursorWrapper, query: str, names: Mapping[str, Any]) -> None:
    cursor.execute(query, names)
    movie_statistics.move(cursor, [CountChange(*change) for change in cursor.fetchall()])
