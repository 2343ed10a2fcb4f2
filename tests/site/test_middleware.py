"""What holds for every address: NUL bytes, headers that keep answers private, and the manners of the API."""

import errno
import os
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recommender.api import api
from tests.support.factories import make_movie, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("collected_static")]
PAGES = ("/", "/movies/1/", "/recommendations/", "/ratings/", "/watchlist/", "/together/", "/tonight/", "/account/",
         "/welcome/", "/accounts/login/", "/accounts/signup/", "/admin/", "/api/v1/search",
         "/api/v1/ratings")  # fmt: skip
FILTERS = ("/admin/recommender/movie/?genres__id__exact=", "/admin/recommender/job/?state__exact=",
           "/admin/recommender/tag/?q=", "/admin/recommender/rater/?q=", "/admin/recommender/rating/?rater=",
           "/admin/auth/user/?q=", "/admin/recommender/modelversion/?algorithm=")  # fmt: skip


@pytest.fixture
def root_client() -> Client:
    """A superuser's browser that reports errors as responses."""
    client = Client(raise_request_exception=False)
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


def parameters() -> list[tuple[str, str]]:
    """Return every address of the API with every parameter in its query."""
    found: list[tuple[str, str]] = []
    for path, methods in api.get_openapi_schema()["paths"].items():
        address = path.replace("{movie_id}", "1").replace("{import_id}", "1")
        asked = methods.get("get", {}).get("parameters", [])
        found += [(address, each["name"]) for each in asked if each["in"] == "query"]
    return found


def test_a_nul_byte_in_any_parameter_of_the_api_is_refused_in_json(root_client: Client) -> None:
    make_movie()
    assert len(parameters()) > 20
    for path, name in parameters():
        answer = root_client.get(f"{path}?{name}=a%00b")
        assert answer.status_code == 422, (path, name)
        assert answer.json()["detail"] == "The request contains a NUL byte; leave it out."


@pytest.mark.parametrize("address", [*(f"{page}?q=%00&x%00=1" for page in PAGES), *(f"{each}%00" for each in FILTERS)])
def test_a_nul_byte_in_a_query_or_filter_is_refused(root_client: Client, address: str) -> None:
    make_movie()
    assert root_client.get(address).status_code == (422 if address.startswith("/api/") else 400)


@pytest.mark.parametrize("cookie", ["sessionid", "csrftoken", "messages", "known_device", "other"])
def test_a_nul_byte_in_a_cookie_is_refused(client: Client, cookie: str) -> None:
    client.cookies[cookie] = "a\0b"
    assert [client.get(page).status_code for page in ("/", "/admin/", "/api/v1/search")] == [400, 400, 422]


def test_a_nul_byte_in_a_body_or_path_is_refused(root_client: Client) -> None:
    make_movie()
    typed = root_client.generic(
        "POST", "/accounts/login/", "login=a%00b&password=x", content_type="application/x-www-form-urlencoded"
    )
    body = root_client.put("/api/v1/preferences", {"algorithm": "a\0b"}, content_type="application/json")
    tag = root_client.put("/api/v1/movies/1/tags/a%00b")
    assert (typed.status_code, body.status_code, tag.status_code) == (400, 422, 422)
    escaped = root_client.put("/api/v1/preferences", {"algorithm": r"a\u0000b"}, content_type="application/json")
    assert "not an algorithm" in escaped.json()["detail"]  # the six characters of the escape are no NUL byte


@pytest.mark.parametrize("page", PAGES)
def test_private_answers_are_kept_by_no_cache(alice_client: Client, page: str) -> None:
    make_movie()
    answer = alice_client.get(page)
    kept = answer["Cache-Control"]
    assert "private" in kept
    assert "no-store" in kept
    assert "camera=()" in answer["Permissions-Policy"]


def test_public_pages_may_be_kept_by_the_browser(client: Client) -> None:
    assert "Cache-Control" not in client.get("/")


def addresses() -> set[str]:
    return {
        re.sub(r"\{(movie|import|person|tmdb)_id\}|\{line\}", "1", path).replace("{tag}", "space")
        for path in api.get_openapi_schema()["paths"]
    }


@pytest.mark.parametrize("address", sorted(addresses()))
def test_the_api_answers_head_and_options(alice_client: Client, address: str) -> None:
    make_movie()
    options = alice_client.options(address)
    assert (options.status_code, options.content) == (204, b""), address
    head, got = alice_client.head(address), alice_client.get(address)
    assert head.status_code == got.status_code, address
    assert head.getvalue() == b""
    assert ("HEAD" in options["Allow"]) == ("GET" in options["Allow"])
    if "GET" in options["Allow"] and not got.streaming:
        assert head["Content-Length"] == str(len(got.content))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
@pytest.mark.parametrize("address", ["search", "ratings/1", "nothing", "movies/2571.0", "movies/+1", "imports/1.0", ""])
def test_its_errors_are_json_whatever_the_method(alice_client: Client, method: str, address: str) -> None:
    answer = alice_client.generic(method, f"/api/v1/{address}", content_type="application/json")
    if answer.status_code >= 400:
        assert answer.json()["detail"]
        assert answer["Content-Type"].startswith("application/json")


def test_a_refused_token_is_json_too(alice: User) -> None:
    make_movie()
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.put("/api/v1/ratings/1", {"stars": 4}, content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (403, ["detail"])


def test_a_server_error_is_json_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("recommender.services.catalogue.movies.get", fail)
    answer = Client(raise_request_exception=False).get("/api/v1/movies/1")
    assert (answer.status_code, answer.json()) == (500, {"detail": "The server made a mistake; it has been logged."})


@pytest.mark.parametrize("written", ["1.0", "+1", "%201", "1_0", "-1", "１", "1e0", "0x1"])
def test_only_digits_are_an_id(alice_client: Client, written: str) -> None:
    make_movie()
    for address in ("movies/{}", "movies/{}/similar", "movies/{}/tags", "ratings/{}", "watchlist/{}", "imports/{}"):
        verb = alice_client.get if address.startswith(("movies", "imports")) else alice_client.delete
        assert verb(f"/api/v1/{address.format(written)}").status_code == 404, address


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_full_disk_at_sign_up_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number), "/data/mail")

    monkeypatch.setattr("allauth.account.adapter.DefaultAccountAdapter.save_user", full)
    newcomer = {"email": "alice@example.org", "password1": "a fine long password"}
    answer = Client().post("/accounts/signup/", newcomer)
    assert (answer.status_code, answer.content.decode()[:41]) == (503, "The site cannot save anything at the mome")
    assert [record.getMessage().split(":")[0] for record in caplog.records if record.name.endswith("middleware")] == [
        "Nothing can be written to /data/mail"
    ]
    assert not any(record.exc_info for record in caplog.records)
