"""Movies, tags, raters and ratings in the admin: no table is counted or read to the end, whatever is asked."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from recommender.admin import big_tables
from recommender.models import Movie, Rater, Rating, Tag
from tests.support.factories import make_movie, make_rater, make_rating

pytestmark = pytest.mark.django_db
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


@pytest.fixture
def big(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables with enough rows that PostgreSQL prefers an index where there is one, and large to the admin."""
    monkeypatch.setattr(big_tables, "MAX_COUNTED", 1_000)
    with connection.cursor() as cursor:
        cursor.execute(FILL)


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


@pytest.mark.usefixtures("big")
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


@pytest.mark.usefixtures("big")
def test_a_whole_table_is_estimated_and_a_search_counted_up_to_a_limit() -> None:
    whole = big_tables.EstimatingPaginator(Movie.objects.order_by("pk"), 50)
    assert (whole.count, whole.in_words) == (3_000, "about 3,000")
    many = big_tables.EstimatingPaginator(Tag.objects.filter(name__startswith="tag").order_by("pk"), 50)
    assert (many.count, many.in_words) == (1_000, "more than 999")
    few = big_tables.EstimatingPaginator(Tag.objects.filter(name__startswith="tag 299").order_by("pk"), 50)
    assert (few.count, few.in_words) == (11, "11")


def test_a_table_without_an_estimate_is_counted() -> None:
    make_movie()
    assert big_tables.EstimatingPaginator(Movie.objects.order_by("pk"), 50).count == 1


@pytest.mark.usefixtures("big")
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


@pytest.mark.parametrize(
    ("who", "status"), [("anonymous", 302), ("plain", 302), ("no_rights", 403), ("viewer", 200), ("changer", 200)]
)
def test_those_with_view_rights_browse(visitors: dict[str, Client], who: str, status: int) -> None:
    movie, rater, tag = make_movie(), make_rater(), Tag.objects.create(name="space")
    make_rating(rater, movie)
    addresses = ["movie/", "tag/", "rater/", "genre/", f"movie/{movie.pk}/change/", f"tag/{tag.pk}/change/"]
    for address in (*addresses, f"rater/{rater.pk}/change/", "rating/"):
        assert visitors[who].get(BASE + address).status_code == status, address


@pytest.mark.parametrize("who", ["anonymous", "plain", "no_rights", "viewer"])
def test_others_change_no_movie(visitors: dict[str, Client], who: str) -> None:
    movie = make_movie()
    answer = visitors[who].post(f"{BASE}movie/{movie.pk}/change/", {"title": "Aliens"})
    assert answer.status_code == {"anonymous": 302, "plain": 302}.get(who, 403)
    assert Movie.objects.get().title == "Alien"


def test_those_with_change_rights_put_a_movie_right(visitors: dict[str, Client]) -> None:
    movie = make_movie()
    body = {"title": "Aliens", "year": 1986, "genres": [movie.genres.get().pk]}
    assert visitors["changer"].post(f"{BASE}movie/{movie.pk}/change/", body).status_code == 302
    assert Movie.objects.get().title == "Aliens"


@pytest.mark.parametrize("who", ["viewer", "changer"])
def test_nobody_adds_or_deletes_rows_of_large_tables(visitors: dict[str, Client], who: str) -> None:
    movie, rater, tag = make_movie(), make_rater(), Tag.objects.create(name="space")
    for name, row in (("movie", movie), ("rater", rater), ("tag", tag)):
        assert visitors[who].post(f"{BASE}{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
        assert visitors[who].post(f"{BASE}{name}/add/", {}).status_code == 403
    assert visitors[who].post(f"{BASE}rater/{rater.pk}/change/", {"movielens_id": 8}).status_code == 403
    assert visitors[who].post(f"{BASE}tag/{tag.pk}/change/", {"name": "x"}).status_code == 403


def test_ratings_take_no_post(visitors: dict[str, Client]) -> None:
    assert visitors["root"].post(f"{BASE}rating/").status_code == 405


@pytest.mark.parametrize("query", ["after=x", "after=9-", "movie=0", "movie=x", "rater=nobody", "movie=" + "9" * 40])
def test_a_strange_address_gets_an_answer(visitors: dict[str, Client], query: str) -> None:
    assert visitors["viewer"].get(f"{BASE}rating/?{query}").status_code == 200


def test_a_tag_shows_the_movies_it_was_given(visitors: dict[str, Client]) -> None:
    tag, movie = Tag.objects.create(name="space"), make_movie()
    tag.movie_counts.create(movie=movie, count=3)
    assert "Alien (1979): 3" in visitors["viewer"].get(f"{BASE}tag/{tag.pk}/change/").content.decode()
