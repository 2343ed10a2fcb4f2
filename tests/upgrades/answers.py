"""What a site answers to its users, asked through the API alone: the same questions before and after an upgrade."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client

USERS = ("alice", "bob")
DIALS: tuple[dict[str, Any], ...] = (
    {"popularity": -1.5},
    {"diversity": 0.5},
    {"genre": "Drama"},
    {"exclude": ""},
)
BY_SCORE = {"below_average": True, "all_of_series": True}
"""The order of a model itself: rules that came later would move movies."""
SEARCHES: tuple[dict[str, Any], ...] = (
    {},
    {"q": "the"},
    {"q": "sumer"},
    {"q": "night", "order": "newest"},
    {"genre": "Comedy", "min_ratings": 5, "order": "rating"},
    {"decade": 1990},
)
SIMILAR_TO = range(1, 21)
OWN_LISTS = ("ratings", "ratings/statistics", "watchlist", "hidden", "imports", "preferences", "settings")


def browser() -> Client:
    """Return a visitor's browser."""
    return Client(SERVER_NAME="localhost")


def browser_of(session_key: str) -> Client:
    """Return the browser that has this session's cookie."""
    client = browser()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_key
    return client


def answers(sessions: dict[str, str]) -> dict[str, Any]:
    """Return what the site answers alice and bob, who hold these sessions."""
    clients = {name: browser_of(sessions[name]) for name in USERS}
    visitor = browser()
    algorithms = [each["name"] for each in ask(visitor, "algorithms")["results"] if each["available"]]
    return {
        "algorithms": algorithms,
        "lists": {
            name: {
                urlencode(asked): movies(ask(client, "recommendations", **(BY_SCORE | asked)), "predicted_stars")
                for asked in ({}, *DIALS, *({"algorithm": algorithm} for algorithm in algorithms))
            }
            for name, client in clients.items()
        },
        "similar": {str(number): movies(ask(visitor, f"movies/{number}/similar")) for number in SIMILAR_TO},
        "searches": {urlencode(asked): movies(ask(visitor, "search", **asked)) for asked in SEARCHES},
        "tags": {str(number): ask(clients["alice"], f"movies/{number}/tags") for number in SIMILAR_TO},
        "own": {name: {path: ask(client, path) for path in OWN_LISTS} for name, client in clients.items()},
    }


def ask(client: Client, path: str, **asked: Any) -> Any:
    """Return what the API answers."""
    answer = client.get(f"/api/v1/{path}", asked)
    assert answer.status_code == 200, f"{path} {asked}: {answer.status_code} {answer.content[:300]!r}"
    return answer.json()


def movies(answer: dict[str, Any], *fields: str) -> list[Any]:
    """Return the ids of the movies of a list, each with these fields where some are named."""
    if not fields:
        return [movie["movie_id"] for movie in answer["results"]]
    return [[movie["movie_id"], *(movie[field] for field in fields)] for movie in answer["results"]]


def row_counts() -> dict[str, int]:
    """Return how many rows each table has."""
    with connection.cursor() as cursor:
        counts = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            counts[table] = cursor.fetchone()[0]
    return counts
