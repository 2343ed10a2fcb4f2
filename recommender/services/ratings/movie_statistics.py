"""Rating count, mean, median and histogram of movies: counted over all ratings, or moved by what somebody changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

from recommender.models import Movie, Rating

# Counting the ten steps of the scale first leaves a few hundred thousand rows to find medians in instead of millions.
UPDATE_STATISTICS = """
WITH step AS (
    SELECT movie_id, half_stars, count(*) AS n_ratings FROM recommender_rating GROUP BY 1, 2
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
"""
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
N_STEPS = 10


@dataclass(frozen=True, slots=True)
class CountChange:
    """What one rater's change adds to a movie: ratings (-1, 0 or 1) and half stars."""

    movie_id: int
    added: int
    half_stars: int


def lock_movies(cursor: CursorWrapper) -> None:
    """Let ratings that users give right now wait for the end of the transaction, or they would be counted wrongly."""
    cursor.execute("LOCK TABLE recommender_movie IN SHARE ROW EXCLUSIVE MODE")


def update_statistics(cursor: CursorWrapper) -> None:
    """Count anew; call it with the movies locked."""
    cursor.execute(UPDATE_STATISTICS)
    cursor.execute(CLEAR_STATISTICS)


def move(cursor: CursorWrapper, changes: Sequence[CountChange]) -> None:
    """Let counts and means follow, each movie at most once; medians follow with the next import of a dataset."""
    if not changes:
        return
    movie_ids = [change.movie_id for change in changes]
    cursor.execute(LOCK_MOVIES, [movie_ids])
    added, half_stars = [change.added for change in changes], [change.half_stars for change in changes]
    cursor.execute(MOVE_STATISTICS, [movie_ids, added, half_stars])


def histogram(*, movie: Movie) -> list[int]:
    """Return the number of ratings of 1, 2 … 10 half stars."""
    counts = Rating.objects.count_by_half_stars(movie)
    return [counts.get(half_stars, 0) for half_stars in range(1, N_STEPS + 1)]
