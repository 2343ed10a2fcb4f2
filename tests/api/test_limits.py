"""How much a user may write."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recommender.api import api
from recommender.services.accounts import write_limits
from recommender.services.accounts.write_limits import Limit
from tests.support.factories import make_movie

pytestmark = pytest.mark.django_db
WITHOUT_A_LIMIT = {  # rows of these are replaced, not added; the last one only reads
    ("put", "/api/v1/preferences"), ("put", "/api/v1/settings"), ("post", "/api/v1/recommendations/others"),
}  # fmt: skip


def rate(client: Client, stars: float = 4) -> Any:
    return client.put("/api/v1/ratings/1", {"stars": stars}, content_type="application/json")


@pytest.fixture(autouse=True)
def _two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    make_movie()
    monkeypatch.setattr(write_limits, "LIMITS", {kind: Limit(2, 600) for kind in write_limits.LIMITS})
    monkeypatch.setattr(write_limits.time, "time", lambda: 6_000.0)


def test_it_refuses_what_is_too_much(alice_client: Client) -> None:
    assert [rate(alice_client).status_code for _ in range(3)] == [200, 200, 429]
    assert rate(alice_client).json() == {"detail": "That was a lot at once. Wait 10 minutes and go on."}


def test_it_counts_each_user_and_kind_for_itself_and_begins_anew(
    alice_client: Client, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob_client = Client()
    bob_client.force_login(bob)
    assert [rate(client).status_code for client in (alice_client, alice_client, alice_client, bob_client)] == [
        200, 200, 429, 200,
    ]  # fmt: skip
    assert alice_client.put("/api/v1/movies/1/tags/space").status_code == 200
    monkeypatch.setattr(write_limits.time, "time", lambda: 6_600.0)
    assert rate(alice_client).status_code == 200


def test_every_write_has_a_limit() -> None:
    unlimited = {
        (method, path)
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, operation in methods.items()
        if method != "get" and 429 not in operation["responses"]
    }
    assert unlimited == WITHOUT_A_LIMIT
