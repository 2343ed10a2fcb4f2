"""My ratings through the API: search, sort, filter, statistics."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recommender.models import Movie, Rater
from recommender.services.ratings import ratings
from tests.support.factories import make_movie

pytestmark = pytest.mark.django_db


@pytest.fixture
def rated(alice_rater: Rater, bob: User) -> None:
    """Alice has rated Alien, then Amélie; bob Alien."""
    movies = [make_movie(1, "Alien", 1979, "Horror|Sci-Fi"), make_movie(2, "Amélie", 2001, "Comedy|Romance")]
    for movie, half_stars in zip(movies, (9, 5), strict=True):
        ratings.rate(rater=alice_rater, movie=movie, half_stars=half_stars)
    ratings.rate(rater=ratings.rater_of(bob), movie=movies[0], half_stars=6)


def listed(client: Client, query: str) -> tuple[int, list[str]]:
    answer = client.get(f"/api/v1/ratings?{query}")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    return body["count"], [movie["title"] for movie in body["results"]]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Amélie", "Alien"]),
        ("q=amelie", ["Amélie"]),
        ("sort=oldest", ["Alien", "Amélie"]),
        ("sort=highest", ["Alien", "Amélie"]),
        ("stars=2.5", ["Amélie"]),
        ("genre=sci-fi", ["Alien"]),
        ("decade=2000", ["Amélie"]),
        ("decade=2000&genre=Horror", []),
    ],
)
def test_it_lists_what_is_asked_for(alice_client: Client, rated: None, query: str, titles: list[str]) -> None:
    assert listed(alice_client, query) == (len(titles), titles)


@pytest.mark.parametrize("query", ["sort=best", "stars=2.25", "stars=6", "decade=1995", f"q={'x' * 201}", "stars=nan"])
def test_it_refuses_what_makes_no_sense_in_a_sentence(alice_client: Client, query: str) -> None:
    answer = alice_client.get(f"/api/v1/ratings?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(query.split("=")[0])


def test_it_gives_statistics(alice_client: Client, rated: None) -> None:
    found = alice_client.get("/api/v1/ratings/statistics").json()
    assert (found["count"], found["mean"]) == (2, 3.5)
    assert found["histogram"] == [0, 0, 0, 0, 1, 0, 0, 0, 1, 0]
    assert {part["name"]: part["mean"] for part in found["genres"]} == {
        "Comedy": 2.5,
        "Horror": 4.5,
        "Romance": 2.5,
        "Sci-Fi": 4.5,
    }
    sentence = "You give 1.5 stars more than everyone else, across 1 movie that others rated too."
    assert found["agreement"] == {"n_movies": 1, "mean_difference": 1.5, "correlation": None, "sentence": sentence}


def test_statistics_are_mine(client: Client, rated: None, bob: User) -> None:
    assert client.get("/api/v1/ratings/statistics").status_code == 401
    client.force_login(bob)
    assert client.get("/api/v1/ratings/statistics").json()["count"] == 1


def test_the_whole_answer_takes_a_fixed_number_of_queries(
    alice_client: Client, alice_rater: Rater, django_assert_max_num_queries: Any
) -> None:
    Movie.objects.bulk_create(Movie(pk=pk, title=f"Movie {pk}", year=1990) for pk in range(1, 60))
    for movie in Movie.objects.all():
        ratings.rate(rater=alice_rater, movie=movie, half_stars=7)
    for path in ("ratings?limit=50&q=movie&sort=title&decade=1990", "ratings/statistics"):
        with django_assert_max_num_queries(8):
            assert alice_client.get(f"/api/v1/{path}").status_code == 200
