"""Everybody may sign up, or whoever has an invitation, or nobody, on the page and through the API."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from movierec_site import registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("collected_static", "_no_attempts_so_far")]
SIGNUP, API = "/accounts/signup/", "/api/auth/browser/v1/auth/signup"
FORM = {"email": "alice@example.org", "password1": "a fine long password"}


def test_nobody_signs_up_where_registration_is_closed(settings: Any) -> None:
    settings.REGISTRATION = "closed"
    client = Client()
    assert "You cannot create an account at the moment." in client.get(SIGNUP).content.decode()
    assert client.post(SIGNUP, FORM).status_code == 200
    new = {"email": FORM["email"], "password": FORM["password1"]}
    assert client.post(API, new, content_type="application/json").status_code == 403
    assert not User.objects.exists()
    for page in ("/", "/accounts/login/"):
        assert SIGNUP not in client.get(page).content.decode()


def test_a_link_opens_the_sign_up_until_it_expires(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REGISTRATION = "invitation"
    assert "Sign-up is by invitation" in Client().get(SIGNUP).content.decode()
    assert "Sign-up is by invitation" in Client().get(f"{SIGNUP}?invitation=made-up").content.decode()
    client = Client()
    link = call_command("invite", site="https://movies.example.org/", days=2)
    path = link.removeprefix("https://movies.example.org")
    assert path.startswith(f"{SIGNUP}?invitation=")
    assert 'name="password1"' in client.get(path).content.decode()
    assert client.post(SIGNUP, FORM).status_code == 302
    assert User.objects.get().email == FORM["email"]
    monkeypatch.setattr(registration, "SECONDS_PER_DAY", -1)
    assert "it may have expired" in Client().get(path).content.decode()


def test_links_are_made_only_where_they_open_something(settings: Any) -> None:
    with pytest.raises(CommandError, match="REGISTRATION is open; set it to invitation"):
        call_command("invite")
    settings.REGISTRATION = "invitation"
    with pytest.raises(CommandError, match="--days must be 1 or more"):
        call_command("invite", days=0)
