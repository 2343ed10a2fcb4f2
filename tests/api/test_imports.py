"""Imports through the API: a whole journey, one's own alone, and refusals."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from recommender.models import Rating, RatingImport
from recommender.services.catalogue import title_search
from tests.support import rating_exports as files
from tests.support.factories import make_movie

pytestmark = pytest.mark.django_db
URL = "/api/v1/imports"


@pytest.fixture(autouse=True)
def _catalogue(db: None) -> None:
    make_movie(1214, "Alien", 1979, imdb_id="0078748")
    make_movie(2021, "Dune", 1984)
    title_search.build()


@pytest.fixture
def bob_client(bob: User) -> Client:
    """A browser in which bob is signed in."""
    client = Client()
    client.force_login(bob, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def upload(client: Client, data: bytes, name: str = "ratings.csv") -> Any:
    return client.post(URL, {"file": SimpleUploadedFile(name, data)})


def send(client: Client, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.generic(method, f"{URL}/{path}", *([_json(body)] if body is not None else []), "application/json")


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


def test_alice_imports_decides_applies_and_undoes(alice_client: Client) -> None:
    made = upload(alice_client, files.letterboxd("Alien,1979,4.5", "Dune,,3", "Nowhere,1950,1"))
    assert made.status_code == 201, made.content
    found = made.json()
    assert found["label"] == "Letterboxd ratings"
    assert found["matches"] == {"matched": 1, "ambiguous": 1, "unmatched": 1}
    number = found["import_id"]
    rows = alice_client.get(f"{URL}/{number}/rows?match=ambiguous").json()
    assert (rows["count"], rows["results"][0]["line"]) == (1, 3)
    assert [movie["title"] for movie in rows["results"][0]["candidates"]] == ["Dune"]
    assert send(alice_client, "PUT", f"{number}/rows/3", {"movie_id": 2021}).json()["movie_id"] == 2021
    applied = send(alice_client, "POST", f"{number}/apply", {"existing": "keep"}).json()
    assert (applied["state"], applied["outcomes"]["added"]) == ("applied", 2)
    assert alice_client.get("/api/v1/ratings").json()["count"] == 2
    undone = send(alice_client, "POST", f"{number}/undo").json()
    assert (undone["state"], undone["outcomes"]["undone"]) == ("undone", 2)
    assert not Rating.objects.exists()
    assert [each["import_id"] for each in alice_client.get(URL).json()["results"]] == [number]


def test_a_file_can_be_forgotten_until_it_is_applied(alice_client: Client) -> None:
    number = upload(alice_client, files.LETTERBOXD.encode()).json()["import_id"]
    assert send(alice_client, "DELETE", str(number)).status_code == 204
    assert alice_client.get(f"{URL}/{number}").status_code == 404
    number = upload(alice_client, files.LETTERBOXD.encode()).json()["import_id"]
    send(alice_client, "POST", f"{number}/apply", {"existing": "keep"})
    for method, path, body in (("DELETE", "", None), ("POST", "/apply", {"existing": "keep"})):
        refused = send(alice_client, method, f"{number}{path}", body)
        assert (refused.status_code, refused.json()["detail"]) == (409, "This import has already been applied.")


def test_the_imports_of_others_do_not_exist(alice_client: Client, bob_client: Client) -> None:
    number = upload(alice_client, files.LETTERBOXD.encode()).json()["import_id"]
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/rows", None),
        ("PUT", "/rows/2", {"movie_id": None}),
        ("POST", "/apply", {"existing": "replace"}),
        ("POST", "/undo", None),
        ("DELETE", "", None),
    ):
        refused = send(bob_client, method, f"{number}{path}", body)
        assert (refused.status_code, refused.json()["detail"]) == (404, f"You have no import {number}.")
    assert bob_client.get(f"/account/imports/{number}/").status_code == 404
    assert bob_client.get(URL).json() == {"count": 0, "results": []}
    assert RatingImport.objects.get().state == "review"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"hello,world\n", 'Line 1 is "hello,world", which is not the header'),
        (files.letterboxd("Alien,1979,7"), 'Line 2: Rating is "7"'),
        (b"x" * (10 * 1024 * 1024 + 1), "The file is larger than 10 MB"),
    ],
)
def test_it_refuses_a_file_with_one_sentence(alice_client: Client, data: bytes, sentence: str) -> None:
    refused = upload(alice_client, data)
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith(sentence)
    assert not RatingImport.objects.exists()


def test_it_never_reads_a_request_that_is_much_too_large(alice_client: Client) -> None:
    refused = upload(alice_client, b"x" * (13 * 1024 * 1024))
    assert refused.status_code == 413
    assert refused.json()["detail"].startswith("The file is larger than 10 MB")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("rows/99", {"movie_id": 1214}, 404),
        ("rows/2", {"movie_id": 99}, 404),
        ("rows/2", {"movie_id": 0}, 422),
        ("rows/2", {}, 422),
        ("rows/0", {"movie_id": None}, 422),
    ],
)
def test_it_refuses_a_choice_that_cannot_be(alice_client: Client, path: str, body: dict[str, Any], status: int) -> None:
    number = upload(alice_client, files.LETTERBOXD.encode()).json()["import_id"]
    assert send(alice_client, "PUT", f"{number}/{path}", body).status_code == status


def test_visitors_import_nothing(client: Client) -> None:
    assert upload(client, files.LETTERBOXD.encode()).status_code == 401
    assert client.get(URL).status_code == 401


def test_an_upload_needs_the_csrf_token(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert upload(strict, files.LETTERBOXD.encode()).status_code == 403
    assert not RatingImport.objects.exists()
