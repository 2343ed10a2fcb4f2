"""Rows of the home page: each day about something else, and none with what would disappoint."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from recommender.engine.model.opinions import TOLERANCE
from recommender.models import Mark, Movie, Rater
from recommender.services.lists import home_rows, movie_arrays, served_model
from recommender.services.lists.home_rows import KINDS, HomeRow, Kind, kinds_of_today, row_of_today
from recommender.services.lists.movie_arrays import Series
from recommender.services.lists.steps import said_by
from recommender.services.ratings import marks
from recommender.services.ratings.ratings import rater_of
from recommender.services.versions import serving
from tests.support.sample_site import ALICE, index_of, put_in_service, store_movies, store_ratings

pytestmark = pytest.mark.django_db
LOVED = [movie_id for movie_id, half_stars in ALICE.items() if half_stars >= 8]


@pytest.fixture
def rated(alice: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rater:
    """Alice has rated; the ten movies after each one are the similar ones."""
    store_movies()
    put_in_service("hybrid", tmp_path)
    known = set(Movie.objects.values_list("pk", flat=True))
    near = SimpleNamespace(
        of=lambda movie_id: [each for each in range(movie_id + 10, movie_id + 110, 10) if each in known]
    )
    monkeypatch.setattr(serving, "neighbours", lambda: near)
    monkeypatch.setattr(serving, "CHECK_INTERVAL", 3600.0)
    rater = rater_of(alice)
    store_ratings(rater, ALICE)
    return rater


def ids(row: HomeRow) -> list[int]:
    return [each.movie.pk for each in row.listed.results]


def on_day(monkeypatch: pytest.MonkeyPatch, day: int) -> None:
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=day))


def test_each_day_another_loved_movie_brings_its_like(rated: Rater, monkeypatch: pytest.MonkeyPatch) -> None:
    about, shown = [], set()
    for day in range(len(LOVED)):
        with monkeypatch.context() as then:
            on_day(then, day)
            row = row_of_today("because", rater=rated, limit=20)
        assert row.movie_id in LOVED
        title = Movie.objects.get(pk=row.movie_id).title
        assert row.heading == f"Because you gave {title} {ALICE[row.movie_id] / 2:g}"
        assert set(ids(row)) <= set(range(row.movie_id + 10, row.movie_id + 110, 10)) - set(ALICE)
        about.append(row.movie_id)
        shown |= set(ids(row))
    assert sorted(about) == sorted(LOVED)
    assert shown


def test_gems_are_of_a_decade_and_no_hits(rated: Rater, monkeypatch: pytest.MonkeyPatch) -> None:
    years = dict(Movie.objects.values_list("pk", "year"))
    hits = set(Movie.objects.most_rated().values_list("pk", flat=True)[: len(years) // 10])
    decades, found = set(), set()
    for day in range(5):
        with monkeypatch.context() as then:
            on_day(then, day)
            row = row_of_today("gems", rater=rated, limit=20)
        assert row.heading == f"Gems of the {row.decade}s"
        assert {years[pk] // 10 * 10 for pk in ids(row)} <= {row.decade}
        decades.add(row.decade)
        found |= set(ids(row))
    assert len(decades) == 5
    assert found
    assert not found & hits


def test_a_series_goes_on_with_the_first_movie_not_seen(rated: Rater, monkeypatch: pytest.MonkeyPatch) -> None:
    liked, marked, disliked, untouched = (1, 81, 101), (71, 91), (31, 111), (131, 141)
    marks.put(rater=rated, movie=Movie.objects.get(pk=71), kind=Mark.Kind.SEEN)
    numbers = np.full(served_model.for_rater(rated).model.movie_ids.size, -1, dtype=np.int32)
    members = tuple(np.array([index_of(pk) for pk in each]) for each in (liked, marked, disliked, untouched))
    for number, indices in enumerate(members):
        numbers[indices] = number
    monkeypatch.setattr(movie_arrays, "series_of", lambda _model: Series(numbers, members))
    asked = home_rows.ASK["series"](served_model.for_rater(rated), rated, said_by(rated))
    assert asked is not None
    assert asked.dials.among == {81, 91, 111}
    assert set(ids(row_of_today("series", rater=rated, limit=20))) <= {81, 91}  # nor the sequel of what she dislikes


def test_the_watchlist_is_listed_whatever_we_expect(rated: Rater) -> None:
    for movie_id in (81, 91, 111):
        marks.put(rater=rated, movie=Movie.objects.get(pk=movie_id), kind=Mark.Kind.WATCHLIST)
    assert sorted(ids(row_of_today("watchlist", rater=rated, limit=20))) == [81, 91, 111]


@pytest.mark.parametrize("kind", KINDS)
def test_no_row_has_what_is_known_or_would_disappoint_and_each_takes_few_queries(
    rated: Rater, kind: Kind, django_assert_max_num_queries: Any
) -> None:
    marks.put(rater=rated, movie=Movie.objects.get(pk=81), kind=Mark.Kind.HIDDEN)
    row_of_today(kind, rater=rated, limit=1)
    with django_assert_max_num_queries(8):  # my choice, ratings, marks, the title, titles of reasons, people, movies
        row = row_of_today(kind, rater=rated, limit=20)
    assert not set(ids(row)) & {81, *ALICE}
    assert all(each.predicted_stars >= 3.5 - TOLERANCE for each in row.listed.results)


@pytest.mark.usefixtures("collected_static")
def test_the_page_has_the_rows_of_today_and_the_api_their_movies(
    rated: Rater, alice_client: Client, client: Client
) -> None:
    page = alice_client.get("/").content.decode()
    for kind in kinds_of_today():
        assert f'data-row="{kind}"' in page
    assert "data-today" not in client.get("/").content.decode()
    row = alice_client.get("/api/v1/recommendations/today/gems?limit=3").json()
    assert (row["heading"], row["count"]) == (f"Gems of the {row['decade']}s", len(row["results"]))
    assert alice_client.get("/api/v1/recommendations/today/watchlist").json()["results"] == []
    assert alice_client.get("/api/v1/recommendations/today/other").status_code == 422
    assert client.get("/api/v1/recommendations/today/gems").status_code == 401
