"""What the home and movie pages ask for beyond titles."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recommender.models import Movie
from recommender.services.ratings import ratings
from recommender.services.ratings.ratings import rater_of

pytestmark = pytest.mark.usefixtures("site_data")


def get(client: Client, path: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


@pytest.fixture
def popular() -> list[Movie]:
    """The most rated movies."""
    return list(Movie.objects.most_rated()[:10])


def test_the_histogram_holds_every_rating_of_the_movie(client: Client, popular: list[Movie]) -> None:
    spread = get(client, f"movies/{popular[0].pk}/histogram")
    assert [step["stars"] for step in spread["results"]] == [0.5 * n for n in range(1, 11)]
    assert sum(step["count"] for step in spread["results"]) == spread["count"] == popular[0].rating_count
    mean = sum(step["stars"] * step["count"] for step in spread["results"]) / spread["count"]
    assert mean == pytest.approx(popular[0].rating_mean)
    assert client.get("/api/v1/movies/2147483647/histogram").status_code == 404


def test_a_search_leaves_out_what_alice_has_rated(alice_client: Client, client: Client, popular: list[Movie]) -> None:
    everything = get(alice_client, "search?limit=10")
    for movie in popular[:3]:
        alice_client.put(f"/api/v1/ratings/{movie.pk}", {"stars": 4}, content_type="application/json")
    unrated = get(alice_client, "search?limit=10&hide_rated=true")
    assert [movie["movie_id"] for movie in unrated["results"]][:7] == [movie.pk for movie in popular[3:]]
    assert unrated["count"] == everything["count"] - 3
    assert get(client, "search?limit=10&hide_rated=true")["count"] == everything["count"]
    following = get(alice_client, "search?limit=5&offset=5&hide_rated=true")
    assert following["results"] == unrated["results"][5:]


@pytest.mark.parametrize("of_the_list", ["search?limit=50", "movies/{}/similar?limit=20", "recently-rated?limit=50"])
def test_every_list_leaves_out_what_alice_asks_for(
    alice_client: Client, client: Client, bob: User, popular: list[Movie], of_the_list: str
) -> None:
    path = of_the_list.format(popular[0].pk)
    for movie in popular:
        ratings.rate(rater=rater_of(bob), movie=movie, half_stars=8)
    seen, hidden, wanted = [movie["movie_id"] for movie in get(alice_client, path)["results"]][:3]
    alice_client.put(f"/api/v1/ratings/{seen}", {"stars": 4}, content_type="application/json")
    ratings.rate(rater=rater_of(bob), movie=Movie.objects.get(pk=seen), half_stars=9)
    alice_client.put(f"/api/v1/hidden/{hidden}")
    alice_client.put(f"/api/v1/watchlist/{wanted}")

    def listed(exclude: str, asking: Client = alice_client) -> set[int]:
        return {movie["movie_id"] for movie in get(asking, f"{path}&exclude={exclude}")["results"]}

    three = {seen, hidden, wanted}
    assert listed("") >= three
    assert three & listed("seen") == {hidden, wanted}
    assert three & listed("hidden,watchlist") == {seen}
    assert three & listed("seen,hidden,watchlist") == set()
    assert listed("seen,hidden,watchlist", client) >= three
    assert alice_client.get(f"/api/v1/{path}&exclude=rubbish").status_code == 422


def test_similar_movies_that_are_left_out_make_room_for_the_next(alice_client: Client, popular: list[Movie]) -> None:
    path = f"movies/{popular[0].pk}/similar?limit=20"
    usual = [movie["movie_id"] for movie in get(alice_client, f"{path}&exclude=")["results"]]
    longer = [movie["movie_id"] for movie in get(alice_client, f"movies/{popular[0].pk}/similar?limit=40")["results"]]
    assert len(usual) == 20
    assert longer[:20] == usual
    alice_client.put(f"/api/v1/hidden/{usual[1]}")
    alice_client.put(f"/api/v1/ratings/{usual[4]}", {"stars": 4}, content_type="application/json")
    without_hidden = [movie["movie_id"] for movie in get(alice_client, path)["results"]]
    assert without_hidden == [usual[0], *usual[2:], longer[20]]
    fresh = [movie["movie_id"] for movie in get(alice_client, f"{path}&exclude=seen,hidden")["results"]]
    assert len(fresh) == 20
    assert not {usual[1], usual[4]} & set(fresh)


@pytest.mark.usefixtures("collected_static")
def test_what_alice_rates_is_recently_rated_for_others(
    alice_client: Client, client: Client, bob: User, popular: list[Movie]
) -> None:
    for movie in popular[:5]:
        alice_client.put(f"/api/v1/ratings/{movie.pk}", {"stars": 4}, content_type="application/json")
    recent = get(client, "recently-rated?limit=5")
    assert [movie["movie_id"] for movie in recent["results"]] == [movie.pk for movie in popular[4::-1]]
    assert recent["results"][0]["my_stars"] is None
    assert get(alice_client, "recently-rated")["results"] == []
    row = 'data-row="recently-rated"'
    assert [row in asking.get("/").content.decode() for asking in (client, alice_client)] == [True, False]
    ratings.rate(rater=rater_of(bob), movie=popular[1], half_stars=9)
    (common,) = get(alice_client, "recently-rated")["results"]
    assert (common["movie_id"], common["my_stars"]) == (popular[1].pk, 4)
