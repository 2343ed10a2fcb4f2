"""Bad requests are 4xx with a clear sentence, never 500."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.support.factories import make_movie

pytestmark = pytest.mark.django_db


def put(client: Client, movie_id: object, body: object, **more: Any) -> Any:
    return client.put(f"/api/v1/ratings/{movie_id}", body, content_type="application/json", **more)


@pytest.mark.parametrize("stars", [0, 0.25, 4.7, 5.5, -3, 1e300, "four", "4", None, True, [], {}])
def test_it_refuses_a_rating_off_the_scale_or_grid(alice_client: Client, stars: object) -> None:
    make_movie(1)
    answer = put(alice_client, 1, {"stars": stars})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("stars: ")


@pytest.mark.parametrize("body", ["", "{", "[]", '"4"', "NaN", '{"stars": NaN}', '{"stars": Infinity}', "null", "{}"])
def test_it_refuses_a_body_that_is_no_rating(alice_client: Client, body: str) -> None:
    make_movie(1)
    answer = put(alice_client, 1, body)
    assert answer.status_code in (400, 422)
    assert answer.json()["detail"]


@pytest.mark.parametrize("method", ["put", "delete", "get"])
def test_it_names_an_unknown_movie(alice_client: Client, method: str) -> None:
    answer = (
        put(alice_client, 4711, {"stars": 4})
        if method == "put"
        else alice_client.delete("/api/v1/ratings/4711")
        if method == "delete"
        else alice_client.get("/api/v1/movies/4711")
    )
    assert answer.status_code == 404
    assert answer.json() == {"detail": "There is no movie with id 4711."}


@pytest.mark.parametrize("movie_id", ["0", "-1", "x", "1.5", "99999999999999999999", "%00", "2147483648"])
def test_it_refuses_an_id_that_cannot_be(alice_client: Client, movie_id: str) -> None:
    assert alice_client.get(f"/api/v1/movies/{movie_id}").status_code in (400, 404, 422)
    assert put(alice_client, movie_id, {"stars": 4}).status_code in (400, 404, 422)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "offset=-1", "decade=1995", "decade=x", "min_ratings=-1", "order=best"],
)
def test_it_refuses_parameters_beyond_their_bounds(client: Client, query: str) -> None:
    answer = client.get(f"/api/v1/search?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(query.split("=")[0])


def test_it_asks_a_visitor_to_sign_in(client: Client) -> None:
    for answer in (client.get("/api/v1/ratings"), client.get("/api/v1/recommendations"), put(client, 1, {"stars": 4})):
        assert answer.status_code == 401
        assert answer.json() == {"detail": "Sign in first."}


def test_it_refuses_a_write_without_the_csrf_token(alice: User) -> None:
    make_movie(1)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert put(strict, 1, {"stars": 4}).status_code == 403
    assert strict.delete("/api/v1/ratings/1").status_code == 403


def test_it_answers_json_on_an_unknown_algorithm(alice_client: Client) -> None:
    answer = alice_client.get("/api/v1/recommendations?algorithm=oracle")
    assert answer.status_code == 404
    assert '"oracle" is not an algorithm in service' in answer.json()["detail"]
