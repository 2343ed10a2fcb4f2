"""Signing in with a second factor: an authenticator app and a passkey, on pages that look like the others."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.chromium import PHONE
from tests.browser.conftest import PASSWORD

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def phone(browser: Browser, browser_context_args: dict[str, Any], site_url: str) -> Iterator[Page]:
    """A phone that keeps passkeys; browsers allow them without TLS on localhost only."""
    at_localhost = {"base_url": site_url.replace("127.0.0.1", "localhost")}
    context = browser.new_context(**browser_context_args | PHONE | at_localhost)
    context.set_default_timeout(20_000)
    page = context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def settled(page: Page, heading: str) -> None:
    """Fail on what axe finds, on a page that scrolls sideways, and on a label squeezed to a column of letters."""
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    page.emulate_media(reduced_motion="reduce")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate("[...document.querySelectorAll('main label')].every(each => each.offsetHeight < 80)")


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def test_a_code_or_a_passkey_after_the_password_or_a_passkey_alone(
    phone: Page, sign_up: Callable[[Page, str], str]
) -> None:
    page, email = phone, sign_up(phone, "alice")
    page.goto("/accounts/2fa/")
    settled(page, "Second factor")
    page.get_by_role("link", name="Set up an app").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Continue")
    settled(page, "Set up an authenticator app")
    counter = next(iter(yield_hotp_counters_from_time()))
    page.get_by_label("Authenticator code").fill(
        format_hotp_value(hotp_value(page.get_by_label("Key").input_value(), counter))
    )
    press(page, "Turn it on")
    settled(page, "Recovery codes")
    page.goto("/accounts/2fa/webauthn/add/")
    settled(page, "Add a passkey")
    press(page, "Add the passkey")
    page.get_by_role("link", name="Your passkeys").click()
    settled(page, "Your passkeys")
    expect(page.get_by_text("Signs you in without the password.")).to_be_visible()
    sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_label("Email or user name").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")
    settled(page, "Second factor")
    press(page, "Use a passkey")
    sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("main").get_by_role("button", name=re.compile("passkey")).click()
    expect(page.get_by_role("button", name="Account")).to_be_visible()
