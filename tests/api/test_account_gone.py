"""An account is deleted on one device while another one is in the middle of a request."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client

from recommender.api import parameters
from recommender.models import Rater
from recommender.services.accounts import accounts
from tests.support.factories import make_movie

STARS, SHARE = {"stars": 4}, {"share_impressions": True}
ON_MOVIE = [
    ("PUT", "ratings/1", STARS),
    ("DELETE", "ratings/1", None),
    ("PUT", "movies/1/tags/space", None),
    ("DELETE", "movies/1/tags/space", None),
    ("PUT", "watchlist/1", None),
    ("DELETE", "hidden/1", None),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("method", "path", "body"), [*ON_MOVIE, ("POST", "imports", None)])
def test_it_says_so(
    alice: User, alice_client: Client, monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: Any
) -> None:
    make_movie()
    usual = parameters.rater

    def rater(request: HttpRequest) -> Rater:
        found = usual(request)
        accounts.delete(user=User.objects.get(pk=alice.pk))
        return found

    monkeypatch.setattr(parameters, "rater", rater)
    if path == "imports":
        file = SimpleUploadedFile("ratings.csv", b"userId,movieId,rating,timestamp\n1,1,4.0,1000000000\n")
        answer = alice_client.post("/api/v1/imports", {"file": file})
    else:
        answer = alice_client.generic(method, f"/api/v1/{path}", json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json()) == (401, {"detail": "This account has been deleted."})


@pytest.mark.django_db(transaction=True)
def test_a_user_who_goes_before_they_become_a_rater_gets_the_same_answer(
    alice: User, alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = parameters.rater

    def rater(request: HttpRequest) -> Rater:
        assert request.user.is_authenticated  # reads the user before it goes
        accounts.delete(user=User.objects.get(pk=alice.pk))
        return usual(request)

    monkeypatch.setattr(parameters, "rater", rater)
    answer = alice_client.put("/api/v1/settings", SHARE, content_type="application/json")
    assert (answer.status_code, answer.json()) == (401, {"detail": "This account has been deleted."})
