"""My watchlist and hidden movies, through the API."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recommender.models import Mark, Movie
from recommender.services.ratings.ratings import rater_of
from tests.support.factories import make_movie
from tests.support.sample_site import ALICE, put_in_service, store_movies, store_ratings

pytestmark = pytest.mark.django_db
KINDS = ["watchlist", "hidden", "seen"]


@pytest.fixture
def bob_client(bob: User) -> Client:
    """A browser in which bob is signed in."""
    client = Client()
    client.force_login(bob)
    return client


def get(client: Client, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == status, answer.content
    return dict(answer.json())


@pytest.mark.parametrize("kind", KINDS)
def test_a_mark_is_put_listed_and_removed(alice_client: Client, kind: str) -> None:
    make_movie(1)
    put = alice_client.put(f"/api/v1/{kind}/1")
    assert put.status_code == 200
    assert put.json() == alice_client.put(f"/api/v1/{kind}/1").json()
    listed = get(alice_client, kind)
    assert listed["count"] == 1
    assert listed["results"][0]["marked_at"] == put.json()["marked_at"]
    assert listed["results"][0]["predicted_stars"] is None
    movie = get(alice_client, "movies/1")
    marked = (movie["on_watchlist"], movie["is_hidden"], movie["is_seen"])
    assert marked == (kind == "watchlist", kind == "hidden", kind == "seen")
    for _ in range(2):
        assert alice_client.delete(f"/api/v1/{kind}/1").status_code == 204
    assert get(alice_client, kind) == {"count": 0, "results": []}


@pytest.mark.parametrize("kind", KINDS)
def test_marks_are_their_owners_alone(alice_client: Client, bob_client: Client, client: Client, kind: str) -> None:
    make_movie(1)
    alice_client.put(f"/api/v1/{kind}/1")
    assert get(bob_client, kind)["count"] == 0
    assert bob_client.delete(f"/api/v1/{kind}/1").status_code == 204
    assert get(alice_client, kind)["count"] == 1
    for other in (bob_client, client):
        seen = get(other, "movies/1")
        assert not seen["on_watchlist"]
        assert not seen["is_hidden"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_refuses_strangers_unknown_movies_and_missing_tokens(alice: User, client: Client, kind: str) -> None:
    make_movie(1)
    for answer in (client.get(f"/api/v1/{kind}"), client.put(f"/api/v1/{kind}/1"), client.delete(f"/api/v1/{kind}/1")):
        assert answer.status_code == 401
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.put(f"/api/v1/{kind}/1").status_code == 403
    client.force_login(alice)
    assert client.put(f"/api/v1/{kind}/4711").json() == {"detail": "There is no movie with id 4711."}
    assert client.put(f"/api/v1/{kind}/0").status_code == 422
    assert get(client, f"{kind}?order=best", 422)["detail"].startswith("order: ")
    assert Mark.objects.count() == 0


@pytest.mark.parametrize("exclude", ["seen,", "rated", "seen hidden", ",", "seen,,hidden", "watchlist,x"])
def test_it_refuses_to_exclude_what_it_does_not_know(alice_client: Client, exclude: str) -> None:
    assert get(alice_client, f"recommendations?exclude={exclude}", 422)["detail"].startswith("exclude: ")


def test_lists_show_marks_and_leave_out_what_is_asked(alice_client: Client, alice: User, tmp_path: Any) -> None:
    store_movies()
    put_in_service("hybrid", tmp_path)
    store_ratings(rater_of(alice), ALICE)
    first, second, third = (each["movie_id"] for each in get(alice_client, "recommendations?limit=3")["results"])
    alice_client.put(f"/api/v1/hidden/{first}")
    alice_client.put(f"/api/v1/watchlist/{second}")
    results = get(alice_client, "recommendations?limit=2")["results"]
    assert [(each["movie_id"], each["on_watchlist"]) for each in results] == [(second, True), (third, False)]
    neither = get(alice_client, "recommendations?limit=1&exclude=seen,hidden,watchlist")["results"]
    assert neither[0]["movie_id"] == third
    whole = get(alice_client, "recommendations?limit=100&exclude=")
    assert whole["count"] == Movie.objects.count()
    by_id = {each["movie_id"]: each for each in whole["results"]}
    assert by_id[first]["is_hidden"]
    shown = [each for each in whole["results"] if each["movie_id"] in ALICE]
    assert all(each["my_stars"] == ALICE[each["movie_id"]] / 2 for each in shown)
    predicted = get(alice_client, "watchlist")["results"][0]
    low, high = predicted["interval"]
    assert low <= predicted["predicted_stars"] <= high


def test_a_rated_movie_cannot_be_marked_as_seen_and_a_rating_takes_the_mark_away(alice_client: Client) -> None:
    make_movie(77, "Seen before", 1979)
    alice_client.put("/api/v1/seen/77")
    assert alice_client.put("/api/v1/ratings/77", {"stars": 4}, "application/json").status_code == 200
    assert alice_client.get("/api/v1/seen").json()["count"] == 0
    refused = alice_client.put("/api/v1/seen/77")
    assert (refused.status_code, refused.json()["detail"]) == (409, "You have rated Seen before, so it counts as seen.")


def test_a_seen_movie_leaves_the_watchlist_and_the_mark_can_be_taken_back(alice_client: Client) -> None:
    make_movie(77, "Seen before", 1979)
    alice_client.put("/api/v1/watchlist/77")
    assert alice_client.put("/api/v1/seen/77").status_code == 200
    assert alice_client.get("/api/v1/watchlist").json()["count"] == 0
    (seen,) = alice_client.get("/api/v1/seen").json()["results"]
    assert (seen["movie_id"], seen["is_seen"], seen["on_watchlist"]) == (77, True, False)
    assert alice_client.delete("/api/v1/seen/77").status_code == 204
    assert alice_client.get("/api/v1/seen").json()["count"] == 0
