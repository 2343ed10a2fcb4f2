"""Search by facts: runtime, language, country, certification, provider, my services, tag and keyword."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recommender.models import Availability, Certification, Keyword, Movie, MovieKeyword, Provider
from recommender.services.catalogue import indexed_facts, movie_facts, title_search
from recommender.services.ratings import tags
from recommender.services.ratings.ratings import rater_of
from recommender.services.versions import serving
from tests.support.factories import make_movie

pytestmark = pytest.mark.django_db
STREAMLY, KINO = 8, 9


@pytest.fixture
def heists(bob: User) -> list[Movie]:
    """Three movies: a French one on Streamly in the US, a long English one on Kino+ in Germany, an unknown one."""
    movies = [
        make_movie(1, "Heist", 1999, runtime_minutes=90, original_language="fr", countries=["FR", "BE"]),
        make_movie(2, "Heist Two", 2003, runtime_minutes=121, original_language="en", countries=["US"]),
        make_movie(3, "Heist Three", 2005),
    ]
    for provider_id, name, movie, country in ((STREAMLY, "Streamly", 0, "US"), (KINO, "Kino+", 1, "DE")):
        provider = Provider.objects.create(pk=provider_id, name=name)
        for kind in (Availability.Kind.STREAM, Availability.Kind.RENT):
            Availability.objects.create(movie=movies[movie], country=country, kind=kind, provider=provider, place=0)
        Certification.objects.create(movie=movies[movie], country=country, name="R" if country == "US" else "12")
    Certification.objects.create(movie=movies[1], country="US", name="PG")
    keyword = Keyword.objects.create(pk=642, name="robbery")
    for movie in movies[1:]:
        MovieKeyword.objects.create(movie=movie, keyword=keyword)
        tags.add(rater=rater_of(bob), movie=movie, name="Clever")
    title_search.build()
    return movies


def found(client: Client, query: str, language: str = "en-US") -> list[int]:
    answer = client.get(f"/api/v1/search?{query}", headers={"accept-language": language})
    assert answer.status_code == 200, answer.content
    page = answer.json()
    assert page["count"] == len(page["results"])
    return sorted(movie["movie_id"] for movie in page["results"])


@pytest.mark.parametrize("text", ["", "heist"])
@pytest.mark.parametrize(
    ("query", "movie_ids"),
    [
        ("runtime=90", [1]),
        ("runtime=120", [1]),
        ("runtime=150", [1, 2]),
        ("language=fr", [1]),
        ("language=xx", []),
        ("country=BE", [1]),
        ("country=US&runtime=150", [2]),
        ("country=US&runtime=120", []),
        ("certification=R", [1]),
        ("certification=12", []),
        ("certification=12&region=DE", [2]),
        ("provider=8", [1]),
        ("provider=9", []),
        ("provider=9&region=DE", [2]),
        ("keyword=642", [2, 3]),
        ("keyword=642&language=en", [2]),
        ("keyword=643", []),
        ("tag=CLEVER", [2, 3]),
        ("tag=clever&keyword=642&decade=2000&runtime=150", [2]),
        ("tag=dull", []),
        ("genre=Language:fr", []),
    ],
)
@pytest.mark.usefixtures("heists")
def test_facts_narrow_what_text_and_browsing_find(client: Client, text: str, query: str, movie_ids: list[int]) -> None:
    assert found(client, f"q={text}&{query}") == movie_ids


@pytest.mark.parametrize(("language", "movie_ids"), [("de-AT,de-DE", [2]), ("en-US", []), ("en", [])])
@pytest.mark.usefixtures("heists")
def test_the_region_is_the_browsers_or_the_one_best_known(client: Client, language: str, movie_ids: list[int]) -> None:
    assert found(client, "provider=9", language) == movie_ids


def test_the_region_of_a_member_is_the_country_they_chose(
    alice_client: Client, alice: User, heists: list[Movie]
) -> None:
    movie_facts.choose_country(rater=rater_of(alice), country="DE")
    assert found(alice_client, "certification=12") == [2]
    assert found(alice_client, "provider=8&region=US") == [1]


@pytest.mark.parametrize("kind", ["tag=clever", "keyword=642"])
def test_tags_and_keywords_of_many_movies_are_in_the_index(
    client: Client, heists: list[Movie], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(indexed_facts, "FEW", 1)
    assert found(client, kind) == []
    title_search.build()
    serving.clear()
    assert found(client, kind) == [2, 3]
    assert found(client, f"{kind}&q=heist two") == [2, 3]


def test_a_tag_is_found_as_soon_as_it_is_given(client: Client, alice: User, heists: list[Movie]) -> None:
    tags.add(rater=rater_of(alice), movie=heists[0], name="brand new")
    assert found(client, "tag=brand%20new") == [1]


def test_my_services_are_those_i_chose_and_nobody_elses(
    alice_client: Client, alice: User, bob: User, client: Client, heists: list[Movie]
) -> None:
    movie_facts.choose_services(rater=rater_of(bob), provider_ids=[KINO])
    refused = "my_services: you have chosen no services; choose them on your account page."
    for asking in (client, alice_client):
        answer = asking.get("/api/v1/search?my_services=1")
        assert (answer.status_code, answer.json()) == (422, {"detail": refused})
    movie_facts.choose_services(rater=rater_of(alice), provider_ids=[STREAMLY])
    assert found(alice_client, "my_services=1") == [1]
    assert found(alice_client, "my_services=1&region=DE") == []
    movie_facts.choose_services(rater=rater_of(alice), provider_ids=[STREAMLY, KINO])
    assert found(alice_client, "my_services=true&region=DE&q=heist") == [2]


@pytest.mark.parametrize(
    "query",
    [
        "runtime=91", "runtime=-1", "runtime=90.5", "runtime=1e2", "runtime=", "language=FR", "language=french",
        "language=é", "country=fr", "country=FRA", "region=us", "region=U", "region=ZZ", "provider=-1", "provider=x",
        "provider=99999999999999999999", "keyword=1;drop", "certification=", "tag=",
        "certification=" + "x" * 17, "tag=" + "x" * 256, "my_services=perhaps",
    ],
)  # fmt: skip
def test_it_says_which_value_is_wrong(client: Client, query: str) -> None:
    answer = client.get(f"/api/v1/search?{query}")
    assert answer.status_code == 422, answer.content
    assert answer.json()["detail"].startswith(f"{query.partition('=')[0]}: ")


@pytest.mark.parametrize("value", ["%F0%9F%8E%AC", "'; DROP TABLE", "R:8", "<b>", "%ED%A0%80", "*", '"'])
@pytest.mark.usefixtures("heists")
def test_hostile_names_find_nothing(client: Client, value: str) -> None:
    assert found(client, f"certification={value}") == []
    assert found(client, f"tag={value}") == []


def test_filters_cost_no_query_but_those_of_a_tag_and_of_me(
    client: Client, alice_client: Client, alice: User, heists: list[Movie], django_assert_max_num_queries: Any
) -> None:
    found(client, "provider=8")
    with django_assert_max_num_queries(2):  # what is in service, and the movies
        found(client, "language=fr&runtime=90&provider=8&certification=R")
    with django_assert_max_num_queries(5):
        found(client, "tag=clever&keyword=642")
    movie_facts.choose_services(rater=rater_of(alice), provider_ids=[STREAMLY])
    with django_assert_max_num_queries(8):
        found(alice_client, "my_services=1")


@pytest.mark.usefixtures("heists")
def test_groups_keep_to_the_facts(client: Client) -> None:
    (group,) = client.get("/api/v1/search?q=clever").json()["groups"]
    assert (group["kind"], group["count"]) == ("tag", 2)
    (group,) = client.get("/api/v1/search?q=clever&language=en").json()["groups"]
    assert [movie["movie_id"] for movie in group["results"]] == [2]
    assert client.get("/api/v1/search?q=clever&keyword=643").json()["groups"] == []
