"""Accounts through the API: as on the sign-in pages, and strangers learn no more than there."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from tests.site.test_sign_in import PASSWORD, is_signed_in
from tests.support.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("collected_static", "_no_attempts_so_far")]
ROOT = "/api/auth/browser/v1"
ANOTHER = "another fine one"


class Program:
    """Sends JSON, with the CSRF token from the first response."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.client.get(f"{ROOT}/config")

    def __call__(self, method: str, path: str, **body: str) -> tuple[int, dict[str, Any]]:
        """Return the status and the body of the response."""
        token = self.client.cookies["csrftoken"].value
        sent = {"content_type": "application/json", "headers": {"X-CSRFToken": token}}
        answer = self.client.generic(method, f"{ROOT}{path}", json.dumps(body), **sent)
        return answer.status_code, answer.json()

    def sign_in(self, name: str, password: str) -> int:
        return self("POST", "/auth/login", username=name, password=password)[0]


def test_alice_signs_up_out_and_in_again() -> None:
    program = Program()
    status, answer = program("POST", "/auth/signup", email="alice@example.org", password=PASSWORD)
    assert (status, answer["data"]["user"]["email"]) == (200, "alice@example.org")
    assert is_signed_in(program.client)
    assert program("DELETE", "/auth/session")[0] == 401
    assert not is_signed_in(program.client)
    assert program("POST", "/auth/login", email="alice@example.org", password=PASSWORD)[0] == 200
    assert is_signed_in(program.client)


def test_alice_changes_her_password() -> None:
    make_user("alice")
    here, elsewhere = Program(), Program()
    assert [here.sign_in("alice", PASSWORD), elsewhere.sign_in("alice", PASSWORD)] == [200, 200]
    status, _ = here("POST", "/account/password/change", current_password=PASSWORD, new_password=ANOTHER)
    assert status == 200
    assert [is_signed_in(here.client), is_signed_in(elsewhere.client)] == [True, False]
    assert Program().sign_in("alice", ANOTHER) == 200


def test_alice_changes_her_address_after_saying_who_she_is() -> None:
    alice = make_user("alice")
    program = Program()
    program.client.force_login(alice)
    program.client.get(f"{ROOT}/config")
    assert program("POST", "/account/email", email="new@example.org")[0] == 401
    assert program("POST", "/auth/reauthenticate", password=PASSWORD)[0] == 200
    status, answer = program("POST", "/account/email", email="new@example.org")
    assert status == 200
    assert "new@example.org" in [address["email"] for address in answer["data"]]


def test_alice_resets_a_forgotten_password_once() -> None:
    make_user("alice")
    program = Program()
    assert program("POST", "/auth/password/request", email="alice@example.org")[0] == 200
    key = next(line for line in mail.outbox[0].body.split() if "password/reset/key" in line).split("/")[-2]
    new = {"key": key, "password": ANOTHER}
    program("POST", "/auth/password/reset", **new)
    assert User.objects.get().check_password(ANOTHER)
    assert Program()("POST", "/auth/password/reset", **new)[0] == 400


def test_a_request_without_the_token_is_refused() -> None:
    make_user("alice")
    body = json.dumps({"username": "alice", "password": PASSWORD})
    answer = Client(enforce_csrf_checks=True).post(f"{ROOT}/auth/login", body, content_type="application/json")
    assert answer.status_code == 403


@pytest.mark.usefixtures("_either_way")
def test_signing_up_with_a_known_address_looks_like_any_other(n_hashes: list[str]) -> None:
    make_user("alice")
    spent, answers = [], []
    for email in ("alice@example.org", "nobody@example.org"):
        n_hashes.clear()
        status, answer = Program()("POST", "/auth/signup", email=email, password=PASSWORD)
        answers.append((status, sorted(answer["data"]), answer["meta"]["is_authenticated"]))
        spent.append(len(n_hashes))
    assert answers[0] == answers[1]
    assert spent[0] == spent[1] > 0


@pytest.mark.parametrize("known", ["alice", "alice@example.org"])
def test_a_wrong_password_looks_and_takes_like_an_unknown_name(n_hashes: list[str], known: str) -> None:
    make_user("alice")
    spent, answers = [], []
    for name in (known, known.replace("alice", "nobody")):
        n_hashes.clear()
        kind = "email" if "@" in name else "username"
        answers.append(Program()("POST", "/auth/login", **{kind: name, "password": "a wrong one"}))
        spent.append(len(n_hashes))
    assert answers[0] == answers[1]
    assert spent == [1, 1]


def test_resetting_the_password_of_an_unknown_address_looks_like_any_other() -> None:
    make_user("alice")
    asked = [Program()("POST", "/auth/password/request", email=f"{name}@example.org") for name in ("alice", "nobody")]
    assert asked[0] == asked[1]


def test_tries_are_limited_together_with_those_on_the_pages() -> None:
    program = Program()
    for _ in range(30):
        program.client.post("/accounts/login/", {"login": "alice", "password": ""}, headers={"X-CSRFToken": "x"})
        program.sign_in("alice", "")
    assert program.sign_in("alice", "") == 429


def test_it_describes_itself() -> None:
    paths = Client().get("/api/auth/openapi.json").json()["paths"]
    assert f"{ROOT}/auth/login" in paths
    assert not [path for path in paths if "/app/" in path]
