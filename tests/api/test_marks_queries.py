"""Marks on a real catalogue cost no query per movie."""

from typing import Any

import pytest
from django.test import Client

from recommender.models import Movie

pytestmark = pytest.mark.usefixtures("site_data")


def get(client: Client, path: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_marks_cost_no_query_per_movie(
    alice_client: Client, django_assert_max_num_queries: Any, checked_once: None
) -> None:
    popular = list(Movie.objects.most_rated()[:20])
    for movie in popular[:10]:
        alice_client.put(f"/api/v1/watchlist/{movie.pk}")
    results = get(alice_client, "search?limit=20")["results"]
    assert [each["on_watchlist"] for each in results] == [True] * 10 + [False] * 10
    similar = get(alice_client, f"movies/{popular[0].pk}/similar?limit=20")["results"]
    marked = {movie.pk for movie in popular[:10]}
    assert all(each["on_watchlist"] == (each["movie_id"] in marked) for each in similar)
    with django_assert_max_num_queries(7):  # one of them for what she has hidden
        get(alice_client, f"movies/{popular[0].pk}/similar?limit=50")
    with django_assert_max_num_queries(9):
        get(alice_client, "watchlist?limit=50")
