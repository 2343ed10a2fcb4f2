"""Who gets into the admin: by the sign-in of the site, with limits, log and second factor, and from some addresses."""

import logging
from ipaddress import ip_network
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from tests.support.factories import make_user

pytestmark = pytest.mark.django_db
LOGIN, PASSWORD, SECRET = "/accounts/login/", "a fine long password", "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _no_attempts_so_far(collected_static: None) -> None:
    """Rate limits are counted in the cache."""
    cache.clear()


@pytest.fixture
def root() -> User:
    """A superuser."""
    return make_user("root", is_staff=True, is_superuser=True)


def sign_in(client: Client, name: str = "root", password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"login": name, "password": password, "next": "/admin/"}, **more)


def code() -> str:
    return format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))


def test_the_admin_has_no_sign_in_of_its_own(root: User) -> None:
    client = Client()
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == f"{LOGIN}?next=/admin/"
    refused = client.post("/admin/login/", {"username": "root", "password": PASSWORD})
    assert refused["Location"].startswith(LOGIN)
    assert sign_in(client)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_it_is_closed_to_members(root: User) -> None:
    client = Client()
    client.force_login(make_user("alice"))
    assert client.get("/admin/", follow=True).status_code == 403


def test_wrong_passwords_are_limited_and_logged(root: User, caplog: pytest.LogCaptureFixture) -> None:
    client = Client()
    with caplog.at_level(logging.WARNING, "movierec_site.sign_in"):
        for _ in range(6):
            sign_in(client, password="wrong")
    assert [record.getMessage() for record in caplog.records] == [
        *["Wrong password for 'root' from 127.0.0.1."] * 5,
        "Sign-in refused after too many tries: 'root' from 127.0.0.1.",
    ]
    assert sign_in(client).status_code == 200


def test_a_stranger_elsewhere_does_not_lock_the_owner_out(root: User) -> None:
    stranger = Client(REMOTE_ADDR="192.0.2.7")
    for _ in range(6):
        sign_in(stranger, password="wrong")
    assert "Too many attempts" in sign_in(stranger).content.decode()
    assert sign_in(Client())["Location"] == "/admin/"


def test_strangers_everywhere_lock_out_each_other_but_no_device_of_the_owner(root: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed_everywhere": "3/h/key"}
    owner = Client()
    assert sign_in(owner).status_code == 302
    owner.post("/accounts/logout/")
    for number in range(4):
        sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), password="wrong")
    assert "Too many attempts" in sign_in(Client(REMOTE_ADDR="192.0.2.99")).content.decode()
    assert sign_in(owner)["Location"] == "/admin/"
    forged = Client(REMOTE_ADDR="192.0.2.99")
    forged.cookies["known_device"] = "WyJyb290Il0:1:x"
    assert "Too many attempts" in sign_in(forged).content.decode()


def test_staff_need_a_second_factor_where_it_is_asked_for(root: User, settings: Any) -> None:
    settings.ADMIN_MFA = True
    client = Client()
    sign_in(client)
    to_set_up = client.get("/admin/", follow=True)
    assert to_set_up.redirect_chain[-1][0] == "/accounts/2fa/"
    assert "The admin asks for a second factor" in to_set_up.content.decode()
    Authenticator.objects.create(user=root, type=Authenticator.Type.TOTP, data={"secret": SECRET})
    assert client.get("/admin/").status_code == 200


def test_the_password_alone_no_longer_opens_an_account_with_a_second_factor(root: User) -> None:
    Authenticator.objects.create(user=root, type=Authenticator.Type.TOTP, data={"secret": SECRET})
    client = Client()
    assert sign_in(client)["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/admin/").status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert client.post("/accounts/2fa/authenticate/", {"code": code()})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_the_pages_about_second_factors_work(root: User) -> None:
    client = Client()
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for page in ("", "totp/activate/", "webauthn/", "webauthn/add/"):
        assert client.get(f"/accounts/2fa/{page}").status_code == 200, page
    Authenticator.objects.create(user=root, type=Authenticator.Type.TOTP, data={"secret": SECRET})
    Authenticator.objects.create(user=root, type=Authenticator.Type.WEBAUTHN, data={"name": "phone"})
    client.post("/accounts/2fa/recovery-codes/generate/")
    for page in ("", "totp/deactivate/", "recovery-codes/"):
        assert client.get(f"/accounts/2fa/{page}").status_code == 200, page
    assert 'id="passkey_login"' in Client().get(LOGIN).content.decode()


def test_the_admin_shows_no_secret_of_a_second_factor(root: User) -> None:
    row = Authenticator.objects.create(user=root, type=Authenticator.Type.TOTP, data={"secret": SECRET})
    client = Client()
    client.force_login(root)
    for page in ("", f"{row.pk}/change/"):
        answer = client.get(f"/admin/mfa/authenticator/{page}")
        assert answer.status_code == 200
        assert SECRET not in answer.content.decode()


def test_only_allowed_addresses_reach_it(root: User, settings: Any) -> None:
    settings.ADMIN_ADDRESSES = [ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]
    for address, status in (("10.1.2.3", 200), ("2001:db8::7", 200), ("192.0.2.7", 403)):
        client = Client(REMOTE_ADDR=address)
        client.force_login(root)
        assert client.get("/admin/", follow=True).status_code == status, address
        assert Client(REMOTE_ADDR=address).get("/admin/login/").status_code == (302 if status == 200 else 403)


def test_staff_sign_in_without_a_confirmed_address(root: User, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    assert sign_in(Client())["Location"] == "/admin/"
    make_user("alice")
    assert sign_in(Client(), "alice")["Location"] != "/admin/"
