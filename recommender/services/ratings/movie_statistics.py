"""Rating count, mean, median and histogram of movies: computed from all ratings, or updated by single changes.

All code that writes ratings calls `update_statistics` or `move`; how counts and means are computed is said only here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.backends.utils import CursorWrapper

from recommender.models import Movie, Rating

# Counting each movie's ratings by half stars first leaves a few hundred thousand rows to find medians in, not millions.
UPDATE_STATISTICS = """
WITH step AS (
    SELECT movie_id, half_stars, count(*) AS n_ratings FROM recommender_rating
    WHERE %(movies)s::integer[] IS NULL OR movie_id = ANY(%(movies)s) GROUP BY 1, 2
), running AS (
    SELECT movie_id, half_stars, n_ratings,
           sum(n_ratings) OVER (PARTITION BY movie_id ORDER BY half_stars) AS n_up_to_here,
           sum(n_ratings) OVER (PARTITION BY movie_id) AS n_all
    FROM step
), statistic AS (
    SELECT movie_id,
           max(n_all)::integer AS count,
           (sum(n_ratings * half_stars) / max(n_all) / 2)::double precision AS mean,
           (min(half_stars) FILTER (WHERE 2 * n_up_to_here >= n_all)
            + min(half_stars) FILTER (WHERE 2 * n_up_to_here > n_all)) / 4.0::double precision AS median
    FROM running GROUP BY movie_id
)
UPDATE recommender_movie AS movie
SET rating_count = statistic.count, rating_mean = statistic.mean, rating_median = statistic.median
FROM statistic
WHERE movie.id = statistic.movie_id
AND (movie.rating_count, movie.rating_mean, movie.rating_median)
    IS DISTINCT FROM (statistic.count, statistic.mean, statistic.median)
"""
CLEAR_STATISTICS = """
UPDATE recommender_movie AS movie SET rating_count = 0, rating_mean = NULL, rating_median = NULL, last_rated_at = NULL
WHERE rating_count > 0 AND NOT EXISTS (SELECT FROM recommender_rating WHERE movie_id = movie.id)
AND (%(movies)s::integer[] IS NULL OR movie.id = ANY(%(movies)s))
"""
# An import waits for this lock or makes others wait before they lock any row, which the import may want to update.
WAIT_FOR_IMPORTS = "LOCK TABLE recommender_movie IN ROW EXCLUSIVE MODE"
LOCK_MOVIES = "SELECT FROM recommender_movie WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
# Expressions on the row that is updated, so that two people who rate a movie at the same time both count. Means stay
# within the scale in spite of rounding; the median of a movie's first rating is that rating.
MOVE_STATISTICS = """
UPDATE recommender_movie AS movie
SET rating_count = greatest(movie.rating_count + change.added, 0),
    rating_mean = CASE WHEN movie.rating_count + change.added > 0 THEN least(greatest(
        (coalesce(movie.rating_mean * movie.rating_count, 0) + change.half_stars / 2.0)
        / (movie.rating_count + change.added), 0.5), 5) END,
    rating_median = CASE WHEN movie.rating_count + change.added > 0
                         THEN coalesce(movie.rating_median, change.half_stars / 2.0) END,
    last_rated_at = CASE WHEN movie.rating_count + change.added > 0 THEN coalesce(%s, movie.last_rated_at) END
FROM unnest(%s::integer[], %s::integer[], %s::integer[]) AS change(movie_id, added, half_stars)
WHERE movie.id = change.movie_id
"""
N_STEPS = 10


@dataclass(frozen=True, slots=True)
class CountChange:
    """What one rater's change adds to a movie: to the number of its ratings (-1, 0 or 1) and to their half stars."""

    movie_id: int
    added: int
    half_stars: int


def lock_movies(cursor: CursorWrapper) -> None:
    """Make ratings by users wait until the end of the transaction; otherwise they would be counted wrongly."""
    cursor.execute("LOCK TABLE recommender_movie IN SHARE ROW EXCLUSIVE MODE")


def update_statistics(cursor: CursorWrapper, movie_ids: Sequence[int] | None = None) -> None:
    """Compute the statistics of all or some movies from their ratings; call it with the movies locked."""
    movies = {"movies": None if movie_ids is None else list(movie_ids)}
    cursor.execute(UPDATE_STATISTICS, movies)
    cursor.execute(CLEAR_STATISTICS, movies)


def move(cursor: CursorWrapper, changes: Sequence[CountChange], *, rated_at: datetime | None = None) -> None:
    """Add changes to the counts and means, at most one for each movie; medians follow with the next import.

    `rated_at` is the time of the change if somebody has just rated the movies on this site.
    """
    if not changes:
        return
    movie_ids = [change.movie_id for change in changes]
    if len(changes) > 1:  # in one order, so that no two transactions wait for each other
        cursor.execute(WAIT_FOR_IMPORTS)
        cursor.execute(LOCK_MOVIES, [movie_ids])
    added, half_stars = [change.added for change in changes], [change.half_stars for change in changes]
    cursor.execute(MOVE_STATISTICS, [rated_at, movie_ids, added, half_stars])


def histogram(*, movie: Movie) -> list[int]:
    """Return how many ratings of 1, 2 … 10 half stars a movie has."""
    counts = Rating.objects.count_by_half_stars(movie)
    return [counts.get(half_stars, 0) for half_stars in range(1, N_STEPS + 1)]
