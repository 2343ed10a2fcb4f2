"""My profile, my choice of algorithm and the first movies to rate, through the API."""

from pathlib import Path

import pytest
from django.test import Client

from recommender.models import Rater
from tests.support.sample_site import ALICE, put_in_service, store_movies, store_ratings

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(db: None, tmp_path: Path) -> None:
    store_movies()
    for name in ("als", "tag_ls"):
        put_in_service(name, tmp_path)


@pytest.fixture
def rated(site: None, alice_rater: Rater) -> None:
    store_ratings(alice_rater, ALICE)


def choose(client: Client, algorithm: object) -> tuple[int, dict[str, object]]:
    answer = client.put("/api/v1/preferences", {"algorithm": algorithm}, content_type="application/json")
    return answer.status_code, answer.json()


def test_it_shows_named_parameters_and_axes(alice_client: Client, rated: None) -> None:
    mine = alice_client.get("/api/v1/profile?algorithm=als").json()
    assert (mine["algorithm"], mine["n_ratings"]) == ("als", len(ALICE))
    assert [group["name"] for group in mine["groups"]] == ["Your average against the crowd", "Factors"]
    assert set(mine["axes"][0]) == {"stars", "liked", "other"}
    habits = alice_client.get("/api/v1/ratings/statistics").json()
    assert mine["generosity"] == habits["agreement"]["sentence"]
    assert mine["generosity"].endswith("across 10 movies that others rated too.")
    assert mine["axes"][0]["liked"][0]["title"].startswith("Movie ")
    tags = alice_client.get("/api/v1/profile?algorithm=tag_ls").json()
    assert [(group["name"], group["unit"]) for group in tags["groups"][1:]] == [("Tags", "stars"), ("Genres", "stars")]
    assert all(set(value) == {"name", "value"} for group in tags["groups"] for value in group["values"])


def test_it_says_how_many_ratings_are_missing(alice_client: Client, site: None) -> None:
    answer = alice_client.get("/api/v1/profile?algorithm=tag_ls")
    assert (answer.status_code, answer.json()["needed"]) == (409, 5)
    assert alice_client.get("/api/v1/profile?algorithm=oracle").status_code == 404


def test_the_choice_is_kept_and_makes_the_list(alice_client: Client, rated: None) -> None:
    assert alice_client.get("/api/v1/preferences").json() == {"algorithm": None}
    assert choose(alice_client, "tag_ls") == (200, {"algorithm": "tag_ls"})
    assert alice_client.get("/api/v1/preferences").json() == {"algorithm": "tag_ls"}
    assert alice_client.get("/api/v1/recommendations").json()["algorithm"] == "tag_ls"
    assert choose(alice_client, None) == (200, {"algorithm": None})
    assert alice_client.get("/api/v1/recommendations").json()["algorithm"] == "als"


def test_a_choice_that_cannot_work_is_refused(alice_client: Client, site: None) -> None:
    assert choose(alice_client, "tag_ls")[0] == 409
    assert choose(alice_client, "oracle")[0] == 404
    assert choose(alice_client, "x" * 65)[0] == 422
    assert choose(alice_client, 3)[0] == 422
    assert alice_client.get("/api/v1/preferences").json() == {"algorithm": None}


def test_the_first_movies_come_with_my_stars(alice_client: Client, rated: None) -> None:
    asked = alice_client.get("/api/v1/onboarding").json()
    assert (asked["n_ratings"], asked["enough"]) == (len(ALICE), 5)
    stars = {movie["movie_id"]: movie["my_stars"] for group in asked["groups"] for movie in group["movies"]}
    assert stars[1] == 4.5
    assert all(group["heading"] for group in asked["groups"])


def test_without_a_model_there_is_nothing_to_ask(alice_client: Client) -> None:
    assert alice_client.get("/api/v1/onboarding").status_code == 404


@pytest.mark.parametrize("path", ["profile", "preferences", "onboarding"])
def test_it_is_for_those_signed_in(client: Client, path: str) -> None:
    assert client.get(f"/api/v1/{path}").status_code == 401


def test_one_algorithm_of_each_kind_is_featured(client: Client, site: None) -> None:
    featured = [each["name"] for each in client.get("/api/v1/algorithms").json()["results"] if each["featured"]]
    assert featured == ["mean", "tag_ls", "als", "ease", "hybrid"]
