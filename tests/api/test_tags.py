"""Tags through the API."""

from typing import Any

import pytest
from django.test import Client

from tests.support.factories import make_movie

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _movie(database: None) -> None:
    make_movie()


def names(answer: Any) -> list[tuple[str, int, bool]]:
    assert answer.status_code == 200, answer.content
    return [(tag["name"], tag["count"], tag["mine"]) for tag in answer.json()["results"]]


def test_alice_tags_a_movie_and_bob_sees_it(alice_client: Client, client: Client) -> None:
    assert names(alice_client.put("/api/v1/movies/1/tags/Space%20Opera")) == [("space opera", 1, True)]
    assert names(client.get("/api/v1/movies/1/tags")) == [("space opera", 1, False)]
    assert client.get("/api/v1/tags?prefix=spa").json()["results"] == [{"name": "space opera", "count": 1}]
    assert names(alice_client.delete("/api/v1/movies/1/tags/space%20opera")) == []


def test_a_tag_may_hold_a_slash(alice_client: Client) -> None:
    assert names(alice_client.put("/api/v1/movies/1/tags/50%2F50")) == [("50/50", 1, True)]
    assert names(alice_client.delete("/api/v1/movies/1/tags/50%2F50")) == []


@pytest.mark.parametrize("method", ["put", "delete"])
def test_a_visitor_may_not_tag(client: Client, method: str) -> None:
    answer = getattr(client, method)("/api/v1/movies/1/tags/space")
    assert answer.status_code == 401
    assert answer.json() == {"detail": "Sign in first."}


@pytest.mark.parametrize(
    ("tag", "sentence"), [("%3F", "A tag needs a letter"), ("x" * 65, "at most 64 characters; this one has 65")]
)
def test_it_says_what_is_wrong_with_a_tag(alice_client: Client, tag: str, sentence: str) -> None:
    answer = alice_client.put(f"/api/v1/movies/1/tags/{tag}")
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]


def test_it_knows_no_tags_of_a_movie_that_is_not_there(alice_client: Client) -> None:
    for answer in (alice_client.get("/api/v1/movies/2/tags"), alice_client.put("/api/v1/movies/2/tags/space")):
        assert answer.status_code == 404
        assert answer.json()["detail"] == "There is no movie with id 2."
