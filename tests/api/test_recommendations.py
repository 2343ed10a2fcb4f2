"""The list's options, its shape, groups and what a rating changed, through the API."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from recommender.api.recommendation_schemas import RecommendedMovieList
from recommender.models import Availability, Movie, Provider
from recommender.services.catalogue import movie_facts, title_search
from recommender.services.ratings import ratings
from recommender.services.versions import serving
from tests.support.sample_site import ALICE, put_in_service, store_movies, store_ratings

pytestmark = pytest.mark.django_db
PATH = "/api/v1/recommendations"


@pytest.fixture(autouse=True)
def _site(db: None, tmp_path: Path) -> None:
    store_movies()
    for name in ("hybrid", "als"):
        put_in_service(name, tmp_path)


@pytest.fixture
def alice_rated(alice: User) -> None:
    """Alice after ten ratings."""
    store_ratings(ratings.rater_of(alice), ALICE)


@pytest.fixture
def bob_client(bob: User) -> Client:
    """A browser in which bob, who has rated two movies, is signed in."""
    store_ratings(ratings.rater_of(bob), {71: 9, 91: 8})
    client = Client()
    client.force_login(bob)
    return client


def get(client: Client, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == status, answer.content
    return dict(answer.json())


def put(client: Client, path: str, stars: float) -> Any:
    return client.put(f"/api/v1/ratings/{path}", {"stars": stars}, content_type="application/json")


@pytest.mark.usefixtures("alice_rated")
def test_a_recommendation_says_how_sure_and_why(alice_client: Client) -> None:
    for movie in get(alice_client, f"{PATH}?limit=5")["results"]:
        low, high = movie["interval"]
        assert low <= movie["predicted_stars"] <= high
        assert 1 <= len(movie["reasons"]) <= 3
        assert set(movie["reasons"][0]) == {"movie_id", "title", "my_stars", "contribution"}
        assert movie["sentence"].startswith("Because you rated Movie ")


@pytest.mark.usefixtures("alice_rated")
def test_a_list_takes_seven_queries(alice_client: Client, django_assert_num_queries: Any, checked_once: None) -> None:
    get(alice_client, f"{PATH}?algorithm=hybrid")
    with django_assert_num_queries(7):  # session, user with rater, ratings, marks, titles of reasons, people, movies
        get(alice_client, f"{PATH}?algorithm=hybrid")


@pytest.mark.usefixtures("alice_rated")
def test_a_list_is_written_as_its_schema_says(alice_client: Client) -> None:
    answer = alice_client.get(PATH)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert RecommendedMovieList.model_validate(body).model_dump(mode="json") == body


@pytest.mark.usefixtures("alice_rated")
def test_the_list_can_be_filtered_and_turned(alice_client: Client) -> None:
    dramas = get(alice_client, f"{PATH}?genre=Drama&decade=1950&limit=100")
    assert 0 < dramas["count"] == len(dramas["results"])
    assert all("Drama" in movie["genres"] and movie["year"] // 10 == 195 for movie in dramas["results"])
    lists = [
        [movie["movie_id"] for movie in get(alice_client, f"{PATH}?{query}")["results"]]
        for query in ("", "popularity=-2", "diversity=0.8")
    ]
    assert lists[0] not in lists[1:]
    assert lists[1] != lists[2]


@pytest.mark.parametrize(
    "query",
    [
        "popularity=3", "popularity=-2.1", "popularity=nan", "diversity=1.1", "diversity=-1", "diversity=inf",
        "decade=1955", "decade=x", "limit=0", "offset=-1",
    ],
)  # fmt: skip
def test_it_refuses_dials_beyond_their_bounds(alice_client: Client, query: str) -> None:
    assert get(alice_client, f"{PATH}?{query}", 422)["detail"].startswith(query.split("=")[0])


def test_before_the_first_rating_there_is_a_list_already(alice_client: Client) -> None:
    first = get(alice_client, PATH)
    assert (first["algorithm"], len(first["results"])) == ("hybrid", 20)
    assert first["results"][0]["reasons"] == []
    assert get(alice_client, f"{PATH}?algorithm=als", 409)["needed"] == 1


@pytest.mark.usefixtures("alice_rated")
def test_a_rating_says_what_it_changed(alice_client: Client) -> None:
    old = [movie["movie_id"] for movie in get(alice_client, PATH)["results"]]
    answer = put(alice_client, f"{old[0]}?list=20", 0.5).json()
    new = [movie["movie_id"] for movie in get(alice_client, PATH)["results"]]
    assert answer["stars"] == 0.5
    assert [movie["movie_id"] for movie in answer["changes"]["entered"]] == [each for each in new if each not in old]
    assert all(set(movie) == {"movie_id", "title"} for movie in answer["changes"]["entered"])
    assert answer["changes"]["sentence"].startswith("New in your list: ")
    back = alice_client.delete(f"/api/v1/ratings/{old[0]}?list=20")
    assert back.status_code == 200
    assert back.json()["changes"]["left"]
    assert alice_client.delete(f"/api/v1/ratings/{old[0]}").status_code == 204


def test_a_rating_says_nothing_of_changes_unless_asked(alice_client: Client) -> None:
    assert put(alice_client, "1", 4).json()["changes"] is None


def test_a_rating_is_refused_before_it_is_stored(alice_client: Client) -> None:
    assert put(alice_client, "1?list=20&algorithm=oracle", 4).status_code == 404
    assert put(alice_client, "1?list=0", 4).status_code == 422
    assert get(alice_client, "/api/v1/ratings")["count"] == 0


@pytest.mark.usefixtures("alice_rated")
def test_changes_take_four_more_queries(alice_client: Client, checked_once: None) -> None:
    put(alice_client, "71?list=20", 4)

    def queries(path: str, stars: float) -> int:
        with CaptureQueriesContext(connection) as captured:
            put(alice_client, path, stars)
        return len(captured)

    assert queries("71?list=20", 0.5) - queries("71", 5) <= 4


@pytest.mark.usefixtures("alice_rated")
def test_two_people_who_agree_get_one_list(alice_client: Client, bob_client: Client) -> None:
    invitation = bob_client.post("/api/v1/group-invitations").json()
    assert set(invitation) == {"token", "expires_at"}
    lists = {}
    for strategy in ("average", "least_misery"):
        together = get(alice_client, f"{PATH}/group?token={invitation['token']}&strategy={strategy}")
        lists[strategy] = [movie["movie_id"] for movie in together["results"]]
        assert not {71, 91, *ALICE} & set(lists[strategy])
        assert all(movie["interval"] is None for movie in together["results"])
        assert {reason["movie_id"] for movie in together["results"] for reason in movie["reasons"]} <= set(ALICE)
        assert all(movie["my_stars"] is None for movie in together["results"])
    assert lists["average"] != lists["least_misery"]


@pytest.mark.usefixtures("alice_rated", "notified")
def test_only_movies_that_are_short_and_on_my_services_are_listed(
    alice_client: Client, bob_client: Client, alice: User
) -> None:
    token = bob_client.post("/api/v1/group-invitations").json()["token"]
    paths = (f"{PATH}?", f"{PATH}/group?token={token}&")
    first, second, third = [movie["movie_id"] for movie in get(alice_client, f"{PATH}?limit=3")["results"]]
    assert get(alice_client, f"{PATH}?runtime=90")["count"] == 0  # no running time is known
    Movie.objects.filter(pk__in=[first, second]).update(runtime_minutes=90)
    Movie.objects.filter(pk=third).update(runtime_minutes=91)
    provider = Provider.objects.create(pk=8, name="Streamly")
    for movie_id in (second, third):
        Availability.objects.create(movie_id=movie_id, country="US", provider=provider, kind=1, place=0)
    title_search.build()
    serving.clear()
    for path in paths:
        assert {movie["movie_id"] for movie in get(alice_client, f"{path}runtime=90")["results"]} == {first, second}
        assert get(alice_client, f"{path}runtime=90")["count"] == 2
        assert get(alice_client, f"{path}my_services=true", 422)["detail"].startswith("my_services: you have chosen no")
    movie_facts.choose_country(rater=ratings.rater_of(alice), country="US")
    movie_facts.choose_services(rater=ratings.rater_of(alice), provider_ids=[8])
    for path in paths:
        (only,) = get(alice_client, f"{path}runtime=90&my_services=true")["results"]
        assert (only["movie_id"], only["runtime_minutes"]) == (second, 90)
    for wrong in ("0", "91", "x"):
        assert all(get(alice_client, f"{path}runtime={wrong}", 422)["detail"].startswith("runtime: ") for path in paths)


@pytest.mark.usefixtures("alice_rated")
def test_nobody_is_in_a_group_without_having_agreed(alice_client: Client, client: Client) -> None:
    assert "not from this site" in get(alice_client, f"{PATH}/group?token=bob", 422)["detail"]
    assert get(alice_client, f"{PATH}/group?with=bob", 422)["detail"].startswith("token: ")
    assert get(alice_client, f"{PATH}/group?token=x&strategy=dictator", 422)["detail"].startswith("strategy: ")
    assert get(client, f"{PATH}/group?token=x", 401)["detail"] == "Sign in first."
    assert client.post("/api/v1/group-invitations").status_code == 401


@pytest.mark.usefixtures("alice_rated")
def test_the_match_never_rises_down_the_list_and_why_says_the_same(alice_client: Client) -> None:
    for settings in ("", "&diversity=1", "&popularity=2", "&fresh=true", "&algorithm=als"):
        movies = get(alice_client, f"{PATH}?limit=50{settings}")["results"]
        matches = [movie["match_percent"] for movie in movies]
        assert all(1 <= match <= 99 for match in matches)
        assert matches == sorted(matches, reverse=True)
    today = get(alice_client, f"{PATH}?limit=20&fresh=true")["results"]
    for place in (1, 8, 20):
        tile = today[place - 1]
        why = get(alice_client, f"/api/v1/movies/{tile['movie_id']}/explanation?fresh=true")
        assert (why["rank"], why["match_percent"]) == (place, tile["match_percent"])


@pytest.mark.usefixtures("alice_rated")
def test_a_fresh_list_is_the_same_for_a_day_and_its_slices_fit(
    alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def movies(query: str) -> list[int]:
        return [movie["movie_id"] for movie in get(alice_client, f"{PATH}?{query}")["results"]]

    def on(day: int) -> list[int]:
        now = datetime(2026, 3, day, 12, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: now)
        return movies("limit=20&fresh=true")

    usual, monday, tuesday = movies("limit=20"), on(2), on(3)
    assert usual[:5] == monday[:5] == tuesday[:5]
    assert len({tuple(sorted(each)) for each in (usual, monday, tuesday)}) == 3
    slices = [movie for offset in (0, 7, 14) for movie in movies(f"limit=7&offset={offset}&fresh=true")]
    assert slices[:20] == on(3) == tuesday


@pytest.mark.usefixtures("alice_rated")
def test_others_are_the_list_without_what_was_shown(alice_client: Client) -> None:
    def others(shown: list[int], status: int = 200) -> dict[str, Any]:
        answer = alice_client.post(f"{PATH}/others?limit=100", {"shown": shown}, content_type="application/json")
        assert answer.status_code == status
        return dict(answer.json())

    everything = get(alice_client, f"{PATH}?limit=100")
    ids = [movie["movie_id"] for movie in everything["results"]]
    rest = others(ids[:10])
    assert [movie["movie_id"] for movie in rest["results"]] == ids[10:]
    assert rest["count"] == everything["count"] - 10
    assert others([]) == everything
    assert others([4711, *ids]) == {"count": 0, "algorithm": "hybrid", "results": []}
    others([1] * 5001, status=422)


def test_others_are_for_members_only() -> None:
    assert Client().post(f"{PATH}/others", {"shown": []}, content_type="application/json").status_code == 401
