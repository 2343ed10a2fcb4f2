"""Time what the movie page asks the database, for a movie with as many ratings and tags as the full MovieLens has.

    python -m tests.bench.bench_movie_page

The most rated movie of the full release has some 100,000 ratings; the release has about 1.1 million tags given, of
75,000 names.
"""

import time
from collections.abc import Callable

import numpy as np

from tests.bench.throw_away_site import throw_away_site

N_RATERS = 100_000
N_OTHER_RATINGS = 2_000_000
N_MOVIES = 20_000
N_TAGS = 75_000
N_GIVEN = 1_100_000
ROWS = f"""
INSERT INTO recommender_movie (id, title, alternative_titles, poster_path, rating_count)
    SELECT n, 'Movie ' || n, '{{}}', '', 0 FROM generate_series(1, {N_MOVIES}) AS n;
INSERT INTO recommender_rater (movielens_id) SELECT n FROM generate_series(1, {N_RATERS}) AS n;
INSERT INTO recommender_rating (rater_id, movie_id, half_stars, rated_at)
    SELECT id, 1, 1 + id % 10, now() FROM recommender_rater;
INSERT INTO recommender_rating (rater_id, movie_id, half_stars, rated_at)
    SELECT 1 + n % {N_RATERS}, 2 + (n / {N_RATERS}) * 7 + n % 7, 1 + n % 10, now()
    FROM generate_series(1, {N_OTHER_RATINGS}) AS n ON CONFLICT DO NOTHING;
INSERT INTO recommender_tag (name) SELECT substr(md5(n::text), 1, 12) FROM generate_series(1, {N_TAGS}) AS n;
INSERT INTO recommender_tagapplication (rater_id, movie_id, tag_id, applied_at)
    SELECT 1 + n % {N_RATERS}, 1 + (n * 31) % {N_MOVIES}, 1 + ((n::bigint * n) % {N_TAGS}), now()
    FROM generate_series(1, {N_GIVEN}) AS n ON CONFLICT DO NOTHING;
INSERT INTO recommender_movietag (movie_id, tag_id, count)
    SELECT movie_id, tag_id, count(*) FROM recommender_tagapplication GROUP BY 1, 2;
"""


def main() -> None:
    """Fill a database, ask it."""
    with throw_away_site():
        from django.contrib.auth.models import AnonymousUser
        from django.db import connection

        from recommender.models import Movie
        from recommender.services.ratings import movie_statistics, tags

        with connection.cursor() as cursor:
            cursor.execute(ROWS)
            cursor.execute("VACUUM ANALYZE")
        movie = Movie.objects.get(pk=1)
        row("histogram of 100,000 ratings", lambda: movie_statistics.histogram(movie=movie))
        row("tags of a movie", lambda: tags.of_movie(movie=movie, user=AnonymousUser(), limit=30))
        row("completion of one letter", lambda: tags.complete(prefix="a", limit=8))
        row("completion of three letters", lambda: tags.complete(prefix="abc", limit=8))


def row(name: str, ask: Callable[[], object]) -> None:
    """Print the median of eleven in milliseconds."""
    times = []
    for _ in range(11):
        started = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - started))
    print(f"{name:32}{np.median(times):8.1f} ms")


if __name__ == "__main__":
    main()
