"""Why a movie is recommended, through the API."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recommender.services.ratings import ratings
from tests.support.sample_site import ALICE, put_in_service, store_movies, store_ratings

pytestmark = pytest.mark.django_db
FIELDS = {
    "movie_id", "algorithm", "predicted_stars", "interval", "offset", "score", "score_offset", "rank",
    "contributions", "shared_genres", "shared_tags", "sentence", "counterfactuals", "match_percent", "stands_for",
    "start_with", "person",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _site(db: None, tmp_path: Path) -> None:
    store_movies()
    for name in ("hybrid", "als", "mean"):
        put_in_service(name, tmp_path)


def explanation(client: Client, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(f"/api/v1/movies/{path}")
    assert answer.status_code == status, answer.content
    return dict(answer.json())


@pytest.mark.parametrize("algorithm", ["hybrid", "als", "mean"])
def test_an_explanation_adds_up(alice_client: Client, alice: User, algorithm: str) -> None:
    store_ratings(ratings.rater_of(alice), ALICE)
    why = explanation(alice_client, f"71/explanation?algorithm={algorithm}")
    assert set(why) == FIELDS
    assert (why["movie_id"], why["algorithm"]) == (71, algorithm)
    assert len(why["contributions"]) == len(ALICE)
    fields = {"movie_id", "title", "my_stars", "contribution", "ranking_contribution", "sentence"}
    assert set(why["contributions"][0]) == fields
    total = why["offset"] + sum(each["contribution"] for each in why["contributions"])
    assert total == pytest.approx(why["predicted_stars"], abs=0.006)
    assert why["interval"][0] <= why["predicted_stars"] <= why["interval"][1]
    assert why["rank"] >= 1
    for each in why["counterfactuals"]:
        assert set(each) == {"movie_id", "title", "rank", "rank_without"}
        assert each["rank"] == why["rank"]


def test_it_uses_the_default_algorithm(alice_client: Client) -> None:
    assert explanation(alice_client, "71/explanation")["algorithm"] == "hybrid"


def test_it_asks_to_sign_in(client: Client) -> None:
    assert explanation(client, "71/explanation", 401) == {"detail": "Sign in first."}


def test_it_knows_neither_every_movie_nor_every_algorithm(alice_client: Client) -> None:
    assert explanation(alice_client, "4711/explanation", 404) == {"detail": "There is no movie with id 4711."}
    assert "oracle" in explanation(alice_client, "71/explanation?algorithm=oracle", 404)["detail"]
    assert explanation(alice_client, "0/explanation", 422)["detail"].startswith("movie_id: ")


def test_it_asks_for_more_ratings(alice_client: Client) -> None:
    answer = explanation(alice_client, "71/explanation?algorithm=als", 409)
    assert answer["needed"] == 1
    assert answer["detail"].startswith("Rate 1 more movie")


def test_it_takes_the_same_number_of_queries_for_any_number_of_ratings(
    alice_client: Client, alice: User, django_assert_max_num_queries: Any, checked_once: None
) -> None:
    store_ratings(ratings.rater_of(alice), ALICE)
    explanation(alice_client, "71/explanation")  # the model is loaded by now
    with django_assert_max_num_queries(11):
        explanation(alice_client, "71/explanation")
