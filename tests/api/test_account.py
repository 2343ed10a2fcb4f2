"""Taking one's data along and closing the account, through the API and the pages."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recommender.models import Rating
from recommender.services.ratings import ratings
from tests.support.factories import make_movie

pytestmark = pytest.mark.django_db
PASSWORD = "alice likes aliens"


def delete(client: Client, password: str, confirmation: str = "delete my account") -> Any:
    body = {"password": password, "confirmation": confirmation}
    return client.delete("/api/v1/account", json.dumps(body), content_type="application/json")


def test_it_streams_my_data_as_json(alice_client: Client, alice: User) -> None:
    ratings.rate(rater=ratings.rater_of(alice), movie=make_movie(), half_stars=9)
    answer = alice_client.get("/api/v1/account/export")
    assert answer.streaming
    assert answer["Content-Disposition"] == 'attachment; filename="movierec.json"'
    assert json.loads(answer.getvalue())["ratings"][0]["title"] == "Alien"


def test_it_streams_my_data_as_a_zip_of_csv_files(alice_client: Client) -> None:
    answer = alice_client.get("/api/v1/account/export?format=csv")
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        assert archive.testzip() is None
        assert "ratings.csv" in archive.namelist()


def test_visitors_have_nothing_to_take_or_delete(client: Client) -> None:
    assert client.get("/api/v1/account/export").status_code == 401
    assert delete(client, PASSWORD).status_code == 401


@pytest.mark.parametrize(
    ("password", "confirmation", "status"), [("wrong", "delete my account", 403), (PASSWORD, "yes", 422)]
)
def test_it_needs_the_password_and_the_words(
    alice_client: Client, alice: User, password: str, confirmation: str, status: int
) -> None:
    assert delete(alice_client, password, confirmation).status_code == status
    assert User.objects.filter(pk=alice.pk).exists()
    assert alice_client.get("/api/v1/ratings").status_code == 200


def test_it_limits_tries_of_the_password(alice_client: Client) -> None:
    assert [delete(alice_client, "wrong").status_code for _ in range(11)] == [403] * 10 + [429]


def test_it_deletes_my_account(alice_client: Client, alice: User) -> None:
    ratings.rate(rater=ratings.rater_of(alice), movie=make_movie(), half_stars=9)
    assert delete(alice_client, PASSWORD).status_code == 204
    assert not User.objects.exists()
    assert not Rating.objects.exists()
    assert alice_client.get("/api/v1/ratings").status_code == 401


def test_the_page_asks_for_the_password_first_and_then_for_the_words(alice_client: Client, alice: User) -> None:
    asked = alice_client.get("/account/delete/")
    assert asked.status_code == 302
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    again = alice_client.post(asked["Location"], {"password": "wrong"})
    assert again.status_code == 200
    confirmed = alice_client.post(asked["Location"], {"password": PASSWORD})
    assert confirmed["Location"] == "/account/delete/"
    wrong = alice_client.post("/account/delete/", {"confirmation": "yes"})
    assert wrong.status_code == 422
    assert "Type &quot;delete my account&quot; to confirm." in wrong.content.decode()
    assert User.objects.filter(pk=alice.pk).exists()
    gone = alice_client.post("/account/delete/", {"confirmation": "delete my account"}, follow=True)
    assert "Your account has been deleted." in gone.content.decode()
    assert not User.objects.exists()


def test_the_words_alone_delete_nothing(alice_client: Client, alice: User) -> None:
    alice_client.post("/account/delete/", {"confirmation": "delete my account"})
    assert User.objects.filter(pk=alice.pk).exists()


@pytest.mark.parametrize("path", ["", "imports/", "imports/1/", "delete/"])
def test_visitors_are_asked_to_sign_in(client: Client, path: str) -> None:
    assert client.get(f"/account/{path}")["Location"].startswith("/accounts/login/?next=")
