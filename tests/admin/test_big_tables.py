"""Movies, tags, raters and ratings in the admin: no table is counted or read to the end, whatever is asked."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from recommender.admin import big_tables
from recommender.models import Movie, Rater, Rating, Tag
from tests.conftest import connected_to, copy_database, url_of

BASE = "/admin/recommender/"
N_RATERS, N_MOVIES = 400, 200
BIG = ("recommender_movie", "recommender_tag", "recommender_rater", "recommender_rating")
FILL = f"""
INSERT INTO recommender_movie (id, title, alternative_titles, poster_path, overview, original_title, rating_count)
SELECT m, 'Movie ' || m, '{{}}', '', '', '', 0 FROM generate_series(1, 3000) m;
INSERT INTO recommender_tag (name) SELECT 'tag ' || t FROM generate_series(1, 3000) t;
INSERT INTO recommender_rater (movielens_id) SELECT r FROM generate_series(1, 3000) r;
INSERT INTO recommender_rating (rater_id, movie_id, half_stars, rated_at)
SELECT rater.id, m, 1 + (rater.movielens_id + m) % 10, '2018-01-01'::timestamptz - (m % 7) * interval '1 day'
FROM recommender_rater AS rater, generate_series(1, {N_MOVIES}) m WHERE rater.movielens_id <= {N_RATERS};
ANALYZE
"""


@pytest.fixture(scope="module")
def big_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name of a database with enough rows that PostgreSQL prefers an index where there is one."""
    usual = connection.settings_dict
    name = f"{usual['NAME']}_big"
    with django_db_blocker.unblock():
        copy_database(usual["TEST"].get("TEMPLATE") or usual["NAME"], name)
        with connected_to(name), connection.cursor() as cursor:
            cursor.execute(FILL)
        server_url = url_of("postgres")
    yield name
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def db(big_database: str, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """That database in place of the empty one, large to the admin; what a test writes is rolled back."""
    monkeypatch.setattr(big_tables, "MAX_COUNTED", 1_000)
    with django_db_blocker.unblock(), connected_to(big_database), transaction.atomic():
        yield
        transaction.set_rollback(True)


def scans(plan: dict[str, Any]) -> Iterator[str]:
    """Return the tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from scans(part)


def read_whole(statements: list[str]) -> list[tuple[str, str]]:
    """Return which of the large tables each statement reads to the end."""
    found = []
    with connection.cursor() as cursor:
        for statement in statements:
            if any(f'"{table}"' in statement for table in BIG):
                cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
                plan = cursor.fetchone()[0]
                plan = plan if isinstance(plan, list) else json.loads(plan)
                found += [(table, statement) for table in scans(plan[0]["Plan"]) if table in BIG]
    return found


@pytest.mark.parametrize(
    "address",
    [
        "movie/", "movie/?p=30", "tag/", "tag/?q=tag 12", "rater/", "rater/?p=30", "rater/?q=ML 12", "rater/?q=12",
        "rater/?q=alice", "rater/?q=alice@example.org", "rating/", "rating/?after={last}-150", "rating/?rater=ML 5",
        "rating/?rater=ML 5&after={last}-7", "rating/?movie=7", "rating/?movie=7&after={last}-7",
        "rating/?rater=ML 5&movie=7",
    ],
)  # fmt: skip
def test_a_list_reads_an_index_and_counts_nothing_whole(visitors: dict[str, Client], address: str) -> None:
    last = Rater.objects.get(movielens_id=5).pk
    with CaptureQueriesContext(connection) as asked:
        answer = visitors["viewer"].get(BASE + address.format(last=last))
    assert answer.status_code == 200
    statements = [query["sql"] for query in asked]
    counts = [each for each in statements if "COUNT(" in each and "LIMIT 1000" not in each]
    assert counts == []
    assert read_whole(statements) == []
    assert len(statements) <= 8


@pytest.mark.usefixtures("db")
def test_a_whole_table_is_estimated_and_a_search_counted_up_to_a_limit() -> None:
    whole = big_tables.EstimatingPaginator(Movie.objects.order_by("pk"), 50)
    assert (whole.count, whole.in_words) == (3_000, "about 3,000")
    many = big_tables.EstimatingPaginator(Tag.objects.filter(name__startswith="tag").order_by("pk"), 50)
    assert (many.count, many.in_words) == (1_000, "more than 999")
    few = big_tables.EstimatingPaginator(Tag.objects.filter(name__startswith="tag 299").order_by("pk"), 50)
    assert (few.count, few.in_words) == (11, "11")


@pytest.mark.parametrize("query", ["", "rater=ML 5", "movie=7"])
def test_the_pages_of_ratings_fit_together(visitors: dict[str, Client], query: str) -> None:
    address, seen = f"{BASE}rating/?{query}", []
    for _ in range(6):
        answer = visitors["viewer"].get(address)
        assert answer.context is not None
        seen += [(row.rater_id, row.movie_id) for row, _ in answer.context["rows"]]
        if not answer.context["next"]:
            break
        address = f"{BASE}rating/{answer.context['next']}"
    assert len(seen) == len(set(seen)) == {"": 300, "rater=ML 5": 200, "movie=7": 300}[query]
    if query == "rater=ML 5":
        days = [Rating.objects.get(pk=pk).rated_at for pk in seen[:60]]
        assert days == sorted(days, reverse=True)
    else:
        assert seen == sorted(seen, reverse=True)
