"""What a movie fan does, through the API, on the real dataset when there is one."""

from typing import Any

import pytest
from django.test import Client

from recommender.models import Movie, Rating

pytestmark = pytest.mark.usefixtures("site_data")


def get(client: Client, path: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def rate(client: Client, movie_id: int, stars: float) -> None:
    answer = client.put(f"/api/v1/ratings/{movie_id}", {"stars": stars}, content_type="application/json")
    assert answer.status_code == 200, answer.content


@pytest.fixture
def popular() -> list[Movie]:
    """The most rated movies."""
    return list(Movie.objects.most_rated()[:30])


def test_a_visitor_searches_and_sees_popular_movies(client: Client, popular: list[Movie]) -> None:
    assert get(client, "search?limit=5")["results"][0]["movie_id"] == popular[0].pk
    found = get(client, f"search?q={popular[3].title}")
    assert found["results"][0]["title"] == popular[3].title
    assert found["count"] >= 1


def test_a_movie_has_all_its_fields(client: Client, popular: list[Movie]) -> None:
    movie = get(client, f"movies/{popular[0].pk}")
    assert set(movie) == {
        "movie_id", "title", "year", "genres", "imdb_id", "tmdb_id", "poster_url",
        "rating_count", "rating_mean", "my_stars", "on_watchlist", "is_hidden", "is_seen", "overview", "original_title",
        "runtime_minutes",
    }  # fmt: skip
    assert movie["rating_count"] == popular[0].rating_count
    assert movie["genres"] == sorted(genre.name for genre in popular[0].genres.all())


def test_similar_movies_do_not_contain_the_movie_itself(client: Client, popular: list[Movie]) -> None:
    similar = get(client, f"movies/{popular[0].pk}/similar?limit=5")
    assert 0 < similar["count"] == len(similar["results"]) <= 5
    assert popular[0].pk not in {movie["movie_id"] for movie in similar["results"]}


def test_my_ratings_are_listed_newest_first_and_can_be_removed(alice_client: Client, popular: list[Movie]) -> None:
    for stars, movie in zip((4.5, 3.0, 0.5), popular, strict=False):
        rate(alice_client, movie.pk, stars)
    mine = get(alice_client, "ratings")
    assert mine["count"] == 3
    assert [movie["my_stars"] for movie in mine["results"]] == [0.5, 3.0, 4.5]
    assert get(alice_client, f"movies/{popular[0].pk}")["my_stars"] == 4.5
    assert alice_client.delete(f"/api/v1/ratings/{popular[0].pk}").status_code == 204
    assert get(alice_client, "ratings")["count"] == 2
    assert alice_client.delete(f"/api/v1/ratings/{popular[0].pk}").status_code == 204


def test_recommendations_change_with_the_next_request(alice_client: Client, popular: list[Movie]) -> None:
    for movie in popular[:3]:
        rate(alice_client, movie.pk, 5.0)
    before = get(alice_client, "recommendations?limit=20")
    ids = [movie["movie_id"] for movie in before["results"]]
    assert len(ids) == 20
    assert not set(ids) & {movie.pk for movie in popular[:3]}
    assert all(0.5 <= movie["predicted_stars"] <= 5 for movie in before["results"])
    rate(alice_client, ids[0], 0.5)
    after = [movie["movie_id"] for movie in get(alice_client, "recommendations?limit=20")["results"]]
    assert ids[0] not in after
    assert after != ids[1:] + after[-1:]


def test_the_next_slice_follows_the_first(alice_client: Client, popular: list[Movie]) -> None:
    rate(alice_client, popular[0].pk, 4.0)
    whole = [movie["movie_id"] for movie in get(alice_client, "recommendations?limit=20")["results"]]
    slices = [get(alice_client, f"recommendations?limit=10&offset={offset}")["results"] for offset in (0, 10)]
    assert [movie["movie_id"] for part in slices for movie in part] == whole


def test_algorithms_say_which_can_be_used_now(client: Client) -> None:
    algorithms = {algorithm["name"]: algorithm for algorithm in get(client, "algorithms")["results"]}
    assert algorithms["als"]["available"]
    assert algorithms["als"]["default"]
    assert not algorithms["median"]["available"]


def test_pages_of_the_api_take_a_fixed_number_of_queries(
    alice_client: Client, popular: list[Movie], django_assert_max_num_queries: Any, checked_once: None
) -> None:
    for movie in popular:
        rate(alice_client, movie.pk, 4.0)
    get(alice_client, "recommendations?limit=5")  # what is in service is loaded by now
    for path, queries in (("search?limit=50", 6), ("ratings?limit=50", 8), ("recommendations?limit=50", 8)):
        with django_assert_max_num_queries(queries):
            get(alice_client, path)


def test_a_rating_counts_in_the_movie_at_once(alice_client: Client, popular: list[Movie]) -> None:
    rate(alice_client, popular[0].pk, 5.0)
    assert get(alice_client, f"movies/{popular[0].pk}")["rating_count"] == popular[0].rating_count + 1
    assert Rating.objects.filter(rater__user__username="alice").count() == 1


def test_the_documentation_of_the_api_is_served_without_third_parties(client: Client) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "https://" not in page.content.decode()
    assert client.get("/api/openapi.json").json()["info"]["title"] == "movierec"
