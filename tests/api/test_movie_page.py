"""What the home and movie pages ask for beyond titles."""

from typing import Any

import pytest
from django.test import Client

from recommender.models import Movie

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


def test_what_alice_rates_is_recently_rated_for_everybody(
    alice_client: Client, client: Client, popular: list[Movie]
) -> None:
    for movie in popular[:2]:
        alice_client.put(f"/api/v1/ratings/{movie.pk}", {"stars": 4}, content_type="application/json")
    recent = get(client, "recently-rated?limit=5")
    assert [movie["movie_id"] for movie in recent["results"]] == [popular[1].pk, popular[0].pk]
    assert recent["results"][0]["my_stars"] is None
    assert get(alice_client, "recently-rated?limit=5")["results"][0]["my_stars"] == 4
