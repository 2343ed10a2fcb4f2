"""How long the admin's lists take on many ratings, and what they ask PostgreSQL.

Run it as ``python -m tests.bench.bench_admin --raters 283000``; it fills a throw-away database with a hundred ratings
for each rater, some movies rated by everybody. Each page is read as an operator does, with what it takes to sign in.
"""

import argparse
import statistics
import time

from tests.bench.throw_away_site import throw_away_site

N_MOVIES, N_TAGS, PER_RATER = 58_000, 75_000, 100
FILL = f"""
SET session_replication_role = replica;  -- no check of foreign keys row by row
INSERT INTO recommender_movie (id, title, alternative_titles, poster_path, overview, original_title, rating_count)
SELECT m, 'Movie ' || m, '{{}}', '', '', '', 0 FROM generate_series(1, {N_MOVIES}) m;
INSERT INTO recommender_tag (name) SELECT 'tag ' || t FROM generate_series(1, {N_TAGS}) t;
INSERT INTO recommender_rater (movielens_id) SELECT r FROM generate_series(1, %(raters)s) r;
INSERT INTO recommender_rating (rater_id, movie_id, half_stars, rated_at)
SELECT r, 1 + greatest(floor({N_MOVIES} * (k / {PER_RATER}.0) ^ 3), k)
    + floor(random() * greatest({N_MOVIES} * (((k + 1) / {PER_RATER}.0) ^ 3 - (k / {PER_RATER}.0) ^ 3) - 1, 0)),
    1 + floor(random() * 10), '2018-01-01'::timestamptz - random() * interval '8000 days'
FROM generate_series(1, %(raters)s) r, generate_series(0, {PER_RATER} - 1) k
ON CONFLICT DO NOTHING;
UPDATE recommender_movie SET rating_count = n, rating_mean = 3, rating_median = 3
FROM (SELECT movie_id, count(*) AS n FROM recommender_rating GROUP BY movie_id) AS counted WHERE movie_id = id;
"""
REPEATS = 5
BASE = "/admin/recommender/"


def main() -> None:
    """Print a table: page, the first time, the median of the next times, queries."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--raters", type=int, default=20_000)
    raters = parser.parse_args().raters
    with throw_away_site():
        from django.db import connection

        started = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(FILL, {"raters": raters})
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("SELECT count(*) FROM recommender_rating")
            print(f"{cursor.fetchone()[0]:,} ratings made in {time.perf_counter() - started:.0f} s")
            cursor.execute("SELECT id, rating_count FROM recommender_movie ORDER BY rating_count DESC LIMIT 1")
            popular, most = cursor.fetchone()
            cursor.execute("SELECT id FROM recommender_movie WHERE rating_count BETWEEN 2000 AND 4000 LIMIT 1")
            (middling,) = cursor.fetchone() or (N_MOVIES,)
        print(f"{'page':<52}{'first ms':>9}{'next ms':>9}{'queries':>9}")
        for what, address in (
            ("dashboard", "/admin/"),
            ("movies", f"{BASE}movie/"),
            ("movies, last page", f"{BASE}movie/?p={N_MOVIES // 50}"),
            ("tags", f"{BASE}tag/"),
            ("tags that begin with", f"{BASE}tag/?q=tag 123"),
            ("raters", f"{BASE}rater/"),
            ("raters, last page", f"{BASE}rater/?p={raters // 50 - 1}"),
            ("one rater", f"{BASE}rater/?q=ML 77"),
            ("ratings", f"{BASE}rating/"),
            ("ratings, half-way down", f"{BASE}rating/?after={raters // 2}-1"),
            ("ratings of a rater", f"{BASE}rating/?rater=ML 77"),
            (f"ratings of a movie with {most:,}", f"{BASE}rating/?movie={popular}"),
            ("the same, half-way down", f"{BASE}rating/?movie={popular}&after={raters // 2}-{popular}"),
            ("ratings of a movie with 2,000 to 4,000", f"{BASE}rating/?movie={middling}"),
            ("ratings of a movie with few", f"{BASE}rating/?movie={N_MOVIES}"),
        ):
            _measure(what, address)


def _measure(what: str, address: str) -> None:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    root = User.objects.filter(username="root").first() or User.objects.create_superuser("root")
    browser = Client(HTTP_HOST="localhost")
    browser.force_login(root, backend=settings.AUTHENTICATION_BACKENDS[0])
    seconds = []
    for _ in range(1 + REPEATS):
        with CaptureQueriesContext(connection) as asked:
            started = time.perf_counter()
            answer = browser.get(address)
            seconds.append(time.perf_counter() - started)
        assert answer.status_code == 200, f"{address} answered {answer.status_code}"
    first, *more = (1000 * each for each in seconds)
    print(f"{what:<52}{first:>9.1f}{statistics.median(more):>9.1f}{len(asked):>9}", flush=True)


if __name__ == "__main__":
    main()
