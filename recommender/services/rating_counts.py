"""Move the rating statistics of many movies at once, by what somebody's ratings add or take away."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

# In the order of the ids, so that two who change many ratings at once wait for each other instead of locking up.
LOCK_MOVIES = "SELECT FROM recommender_movie WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
MOVE_STATISTICS = """
WITH change AS (
    SELECT movie.id, greatest(movie.rating_count + added, 0) AS count,
           coalesce(movie.rating_mean * movie.rating_count, 0) + half_stars / 2.0 AS total
    FROM unnest(%s::integer[], %s::integer[], %s::integer[]) AS each(movie_id, added, half_stars)
    JOIN recommender_movie AS movie ON movie.id = each.movie_id
), mean AS (
    SELECT id, count, CASE WHEN count > 0 THEN least(greatest(total / count, 0.5), 5) END AS mean FROM change
)
UPDATE recommender_movie AS movie
SET rating_count = mean.count,
    rating_mean = mean.mean,
    rating_median = CASE WHEN mean.count > 0 THEN coalesce(movie.rating_median, mean.mean) END
FROM mean WHERE movie.id = mean.id
"""


@dataclass(frozen=True, slots=True)
class CountChange:
    """What one rater's change adds to a movie: ratings (-1, 0 or 1) and half stars."""

    movie_id: int
    added: int
    half_stars: int


def move(cursor: CursorWrapper, changes: Sequence[CountChange]) -> None:
    """Let counts and means follow, each movie at most once; medians follow with the next import of a dataset."""
    if not changes:
        return
    movie_ids = [change.movie_id for change in changes]
    cursor.execute(LOCK_MOVIES, [movie_ids])
    added, half_stars = [change.added for change in changes], [change.half_stars for change in changes]
    cursor.execute(MOVE_STATISTICS, [movie_ids, added, half_stars])
