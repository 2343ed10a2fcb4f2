"""My settings, through the API: nothing is shared until I say so, and nothing is kept after I say no."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recommender.models import Availability, Impression, Outcome, Provider, Rater
from recommender.services.catalogue import movie_facts, title_search
from recommender.services.ratings.ratings import rater_of
from tests.support.factories import make_movie
from tests.support.sample_site import ALICE, put_in_service, store_movies, store_ratings

pytestmark = pytest.mark.django_db
PATH = "/api/v1/settings"


def put(client: Client, body: object) -> Any:
    return client.put(PATH, body, content_type="application/json")


def test_nothing_is_shared_at_first(alice_client: Client) -> None:
    assert alice_client.get(PATH).json() == {"share_impressions": False, "country": "", "services": []}


def test_consent_can_be_given_and_withdrawn_at_any_time(alice_client: Client, bob: User) -> None:
    rater_of(bob)
    for share in (True, False, True):
        answer = put(alice_client, {"share_impressions": share})
        assert (answer.status_code, answer.json()["share_impressions"]) == (200, share)
        assert alice_client.get(PATH).json()["share_impressions"] is share
        assert not Rater.objects.get(user=bob).shares_impressions


@pytest.mark.parametrize("body", [{}, {"share_impressions": 1}, {"share_impressions": "yes"}, [], "null"])
def test_it_refuses_what_is_no_setting(alice_client: Client, body: object) -> None:
    assert put(alice_client, body).status_code == 422
    assert alice_client.get(PATH).json() == {"share_impressions": False, "country": "", "services": []}


def test_it_asks_to_sign_in_and_for_the_token(client: Client, alice: User) -> None:
    assert client.get(PATH).status_code == 401
    assert put(client, {"share_impressions": True}).status_code == 401
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert put(strict, {"share_impressions": True}).status_code in (401, 403)


def test_lists_and_what_follows_are_kept_from_consent_to_withdrawal(
    alice_client: Client, alice: User, tmp_path: Path
) -> None:
    store_movies()
    put_in_service("hybrid", tmp_path)
    store_ratings(rater_of(alice), ALICE)
    lists = "/api/v1/recommendations?limit=5&offset=10"
    assert alice_client.get(lists).status_code == 200
    assert Impression.objects.count() == 0
    put(alice_client, {"share_impressions": True})
    movie_ids = [each["movie_id"] for each in alice_client.get(lists).json()["results"]]
    shown = Impression.objects.get()
    assert (shown.movie_ids, shown.first_place) == (movie_ids, 11)
    alice_client.put(f"/api/v1/watchlist/{movie_ids[0]}")
    alice_client.put(f"/api/v1/ratings/{movie_ids[1]}", {"stars": 4.5}, content_type="application/json")
    assert set(Outcome.objects.values_list("movie_id", "kind", "half_stars")) == {
        (movie_ids[0], "watchlist", None),
        (movie_ids[1], "rating", 9),
    }
    put(alice_client, {"share_impressions": False})
    assert (Impression.objects.count(), Outcome.objects.count()) == (0, 0)


def test_other_lists_are_not_recorded(alice_client: Client) -> None:
    make_movie(1)
    put(alice_client, {"share_impressions": True})
    for path in ("search", "movies/1", "movies/1/similar", "ratings", "watchlist"):
        alice_client.get(f"/api/v1/{path}")
    assert Impression.objects.count() == 0


def test_services_are_chosen_from_those_of_my_country(alice_client: Client, alice: User, bob: User) -> None:
    movie = make_movie()
    for provider_id, country in ((8, "US"), (9, "DE")):
        provider = Provider.objects.create(pk=provider_id, name=f"Service {provider_id}")
        Availability.objects.create(movie=movie, country=country, kind=1, provider=provider, place=0)
    title_search.build()
    offered = alice_client.get(f"{PATH}/services", headers={"accept-language": "de-DE"}).json()
    one = {"provider_id": 9, "name": "Service 9", "mine": False}
    assert offered == {"country": "DE", "count": 1, "results": [one]}
    assert put(alice_client, {"services": [9, 9, 8]}).json()["services"] == [8, 9]
    assert put(alice_client, {"country": "US"}).json()["services"] == [8, 9]
    assert [each["mine"] for each in alice_client.get(f"{PATH}/services").json()["results"]] == [True]
    assert put(alice_client, {"services": [9]}).json()["services"] == [9]
    refused = put(alice_client, {"services": [8, 10]})
    assert (refused.status_code, "no provider with id 10" in refused.json()["detail"]) == (404, True)
    for body in ([-1], ["8"], [2**40], "8", [8] * 201):
        assert put(alice_client, {"services": body}).status_code == 422
    assert movie_facts.services_of(alice) == {9}
    assert movie_facts.services_of(bob) == frozenset()
    assert put(alice_client, {"services": []}).json()["services"] == []


def test_services_ask_to_sign_in(client: Client) -> None:
    assert client.get(f"{PATH}/services").status_code == 401
    assert put(client, {"services": []}).status_code == 401
