"""Signing up, in and out: what strangers can learn, how often they may try, and where they are redirected."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import get_default_password_validators
from django.core import mail
from django.test import Client

from tests.support.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("collected_static", "_no_attempts_so_far")]
PASSWORD = "a fine long password"
LOGIN, SIGNUP, RESET = "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"


def seen(client: Client, path: str, data: dict[str, str]) -> tuple[int, str, str]:
    """Return what a stranger sees after sending a form: status, address, and the text without what they typed."""
    answer = client.post(path, data)
    text = answer.content.decode()
    token = answer.context and str(answer.context.get("csrf_token", ""))
    for typed in (*data.values(), *([token] if token else [])):
        text = text.replace(typed, "…")
    return answer.status_code, answer.headers.get("Location", ""), text


@pytest.mark.usefixtures("_either_way")
def test_signing_up_with_a_known_address_looks_like_any_other(n_hashes: list[str]) -> None:
    make_user("alice")
    spent, answers = [], []
    for email in ("alice@example.org", "nobody@example.org"):
        n_hashes.clear()
        answers.append(seen(Client(), SIGNUP, {"email": email, "password1": PASSWORD}))
        spent.append(len(n_hashes))
    assert answers[0] == answers[1]
    assert answers[0][0] == 302
    assert spent[0] == spent[1] > 0


def test_with_an_email_server_only_the_owner_hears_of_a_second_sign_up(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    make_user("alice")
    Client().post(SIGNUP, {"email": "alice@example.org", "password1": PASSWORD})
    assert User.objects.count() == 1
    assert [message.to for message in mail.outbox] == [["alice@example.org"]]


@pytest.mark.parametrize(("known", "unknown"), [("alice@example.org", "nobody@example.org"), ("alice", "nobody")])
def test_a_wrong_password_looks_and_takes_like_an_unknown_name(n_hashes: list[str], known: str, unknown: str) -> None:
    make_user("alice")
    spent, answers = [], []
    for login in (known, unknown):
        n_hashes.clear()
        answers.append(seen(Client(), LOGIN, {"login": login, "password": "a wrong one"}))
        spent.append(len(n_hashes))
    assert answers[0] == answers[1]
    assert spent == [1, 1]


def test_resetting_the_password_of_an_unknown_address_looks_like_any_other() -> None:
    make_user("alice")
    answers = [seen(Client(), RESET, {"email": email}) for email in ("alice@example.org", "nobody@example.org")]
    assert answers[0] == answers[1]
    assert [message.to for message in mail.outbox] == [["alice@example.org"], ["nobody@example.org"]]
    assert "password/reset/key" in mail.outbox[0].body
    assert "password/reset/key" not in mail.outbox[1].body


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "https:evil.example"]
)
def test_nobody_is_redirected_to_another_site(address: str) -> None:
    make_user("alice")
    answer = Client().post(LOGIN, {"login": "alice", "password": PASSWORD, "next": address})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert (
        Client().post(LOGIN, {"login": "alice", "password": PASSWORD, "next": "/ratings/"})["Location"] == "/ratings/"
    )


def test_signing_in_starts_a_new_session() -> None:
    make_user("alice")
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    client.post(LOGIN, {"login": "alice", "password": PASSWORD})
    assert client.session["_auth_user_id"]
    assert client.session.session_key != planted
    assert not session.exists(planted)


def signed_in(*names: str) -> list[Client]:
    clients = [Client() for _ in names]
    for client, name in zip(clients, names, strict=True):
        assert client.post(LOGIN, {"login": name, "password": PASSWORD}).status_code == 302
    return clients


def is_signed_in(client: Client) -> bool:
    return client.get("/api/v1/ratings").status_code == 200


def test_it_welcomes_newcomers_and_those_who_come_back() -> None:
    client = Client()
    newcomer = {"email": "alice@example.org", "password1": PASSWORD}
    assert '<p class="toast">Welcome.</p>' in client.post(SIGNUP, newcomer, follow=True).content.decode()
    client.post("/accounts/logout/")
    known = {"login": "alice@example.org", "password": PASSWORD}
    assert '<p class="toast">Welcome back.</p>' in client.post(LOGIN, known, follow=True).content.decode()


def test_emails_are_plain_text_without_escapes(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    make_user("alice")
    for path, data in [
        (SIGNUP, {"email": "o'brien@example.org", "password1": PASSWORD}),
        (SIGNUP, {"email": "alice@example.org", "password1": PASSWORD}),
        (RESET, {"email": "o'hara@example.org"}),
        (RESET, {"email": "alice@example.org"}),
    ]:
        Client().post(path, data)
    assert [message.subject for message in mail.outbox] == [
        "Confirm your email address",
        "You already have an account",
        "There is no account with this address",
        "Choose a new password",
    ]
    assert "o'hara@example.org" in mail.outbox[2].body
    for message in mail.outbox:
        assert "http://" in message.body
        assert message.body.strip().endswith("movierec, testserver")


def test_changing_the_password_ends_every_other_session() -> None:
    make_user("alice"), make_user("bob")
    here, elsewhere, bob = signed_in("alice", "alice", "bob")
    changed = {"oldpassword": PASSWORD, "password1": "another fine one", "password2": "another fine one"}
    assert here.post("/accounts/password/change/", changed).status_code == 302
    assert [is_signed_in(client) for client in (here, elsewhere, bob)] == [True, False, True]
    assert [message.to for message in mail.outbox] == [["alice@example.org"]]


def test_resetting_the_password_ends_every_session_and_works_once() -> None:
    make_user("alice")
    (elsewhere,) = signed_in("alice")
    here = Client()
    here.post(RESET, {"email": "alice@example.org"})
    link = next(line for line in mail.outbox[0].body.split() if "password/reset/key" in line)
    form = here.get(link, follow=True).redirect_chain[-1][0]
    new = {"password1": "another fine one", "password2": "another fine one"}
    assert here.post(form, new).status_code == 302
    assert not is_signed_in(elsewhere)
    assert User.objects.get().check_password("another fine one")
    assert "This link has expired" in Client().get(link, follow=True).content.decode()


def test_changing_the_address_asks_for_the_password_again() -> None:
    make_user("alice")
    (client,) = signed_in("alice")
    asked = client.post("/accounts/email/", {"action_add": "", "email": "mallory@example.org"})
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    client.post(asked["Location"], {"password": "wrong"})
    assert "mallory@example.org" not in client.get("/accounts/email/").content.decode()
    client.post(asked["Location"], {"password": PASSWORD})
    assert "mallory@example.org" in client.get("/accounts/email/").content.decode()


@pytest.mark.parametrize(
    ("path", "data", "allowed"),
    [
        (SIGNUP, {"email": "not an address", "password1": PASSWORD}, 20),
        (RESET, {"email": "alice@example.org"}, 5),
        (LOGIN, {"login": "alice", "password": ""}, 30),
    ],
)
def test_tries_are_limited(path: str, data: dict[str, str], allowed: int) -> None:
    """As docs/architecture.md says."""
    client = Client()
    assert all(client.post(path, data).status_code != 429 for _ in range(allowed))
    refused = client.post(path, data)
    assert refused.status_code == 429
    assert "Too many attempts" in refused.content.decode()


def test_wrong_passwords_are_limited_per_account() -> None:
    make_user("alice"), make_user("bob")
    client = Client()
    for _ in range(5):
        client.post(LOGIN, {"login": "alice", "password": "wrong"})
    refused = client.post(LOGIN, {"login": "alice", "password": PASSWORD})
    assert refused.status_code == 200
    assert "Too many attempts. Wait a few minutes" in refused.content.decode()
    assert client.post(LOGIN, {"login": "bob", "password": PASSWORD}).status_code == 302


def test_errors_are_tied_to_their_fields() -> None:
    page = Client().post(SIGNUP, {"email": "x", "password1": "1"}).content.decode()
    assert 'aria-describedby="id_email_error"' in page
    assert page.count('id="id_email_error"') == 1
    for word in ('autocomplete="email"', 'autocomplete="new-password"'):
        assert word in page
    assert 'autocomplete="username"' in Client().get(LOGIN).content.decode()


def test_the_rules_for_passwords_stand_beside_the_field() -> None:
    (shortest,) = (each.min_length for each in get_default_password_validators() if hasattr(each, "min_length"))
    client = Client()
    client.force_login(make_user("alice"), backend="movierec_site.sign_in.AuthenticationBackend")
    for page in (Client().get(SIGNUP), client.get("/accounts/password/change/")):
        field = page.content.decode().split('name="password1"')[1].split("</div>")[0]
        assert 'aria-describedby="id_password1_helptext"' in field
        assert f"Use at least {shortest} characters, not only digits." in field


@pytest.mark.parametrize(
    ("password", "remedy"),
    [
        ("pop 9", "Use at least 8 characters; add a word or two."),
        ("19470203117", "Add a word or two."),
        ("sunshine", "Choose another, such as three or four words."),
        ("alice.smith@example", "is almost your email address, which others know. Use words that are not in it."),
    ],
)
def test_errors_about_passwords_say_how_to_mend_them(password: str, remedy: str) -> None:
    page = Client().post(SIGNUP, {"email": "alice.smith@example.org", "password1": password})
    (error,) = page.context["form"].errors["password1"]
    assert error.endswith(remedy)


def test_the_name_of_a_new_account_tells_nothing_about_others() -> None:
    make_user("bob")
    names = []
    for email in ("bob@elsewhere.example", "carol@elsewhere.example"):
        Client().post(SIGNUP, {"email": email, "password1": PASSWORD})
        names.append(User.objects.get(email=email).username)
    assert all(re.fullmatch(r"member-[0-9a-f]{16}", name) for name in names)
