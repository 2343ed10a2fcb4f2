"""Rating count, mean and median of every movie, over the ratings of everybody."""

from django.db.backends.utils import CursorWrapper

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


def lock_movies(cursor: CursorWrapper) -> None:
    """Let ratings that users give right now wait for the end of the transaction, or they would be counted wrongly."""
    cursor.execute("LOCK TABLE recommender_movie IN SHARE ROW EXCLUSIVE MODE")


def update_statistics(cursor: CursorWrapper) -> None:
    """Count anew; call it with the movies locked."""
    cursor.execute(UPDATE_STATISTICS)
    cursor.execute(CLEAR_STATISTICS)
