"""Movies, tags, raters and ratings in the admin: who may read and change them, and what small tables show."""

import pytest
from django.test import Client

from recommender.admin import big_tables
from recommender.models import Movie, Tag
from tests.support.factories import make_movie, make_rater, make_rating

pytestmark = pytest.mark.django_db
BASE = "/admin/recommender/"


def test_a_table_without_an_estimate_is_counted() -> None:
    make_movie()
    assert big_tables.EstimatingPaginator(Movie.objects.order_by("pk"), 50).count == 1


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
