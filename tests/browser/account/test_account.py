"""The account page, the sign-in pages, taking data along and leaving, on a desktop and on a phone."""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.chromium import PHONE
from tests.browser.conftest import PASSWORD


@pytest.fixture(params=["desktop", "phone"])
def visitor(request: pytest.FixtureRequest, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A page nobody has signed in on."""
    context = browser.new_context(**browser_context_args | (PHONE if request.param == "phone" else {}))
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def settled(page: Page) -> None:
    """Fail on what axe finds in either colour scheme, and on a page that scrolls sideways."""
    page.emulate_media(reduced_motion="reduce")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_alice_takes_her_data_along_and_leaves(visitor: Page, sign_up: Callable[[Page, str], str]) -> None:
    page = visitor
    email = sign_up(page, "alice")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("link", name="Your account and data").click()
    expect(page.locator("#main").get_by_text(email, exact=True)).to_be_visible()
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert "ratings.csv" in zipfile.ZipFile(download.value.path()).namelist()
    for site, column in (("Letterboxd", "imdbID"), ("Trakt", "imdb_id")):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"For {site}").click()
        assert Path(download.value.path()).read_text().startswith(column)
    page.get_by_role("link", name="Delete account").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    settled(page)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    words = page.get_by_label("Type “delete my account” to confirm")
    words.fill("delete it")
    page.get_by_role("button", name="Delete everything").click()
    expect(words).to_be_focused()
    expect(page.get_by_text('Type "delete my account" to confirm.')).to_be_visible()
    settled(page)
    words.fill("delete my account")
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_text("Your account has been deleted.")).to_be_visible()
    page.goto("/accounts/login/")
    page.get_by_label("Email or user name").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    settled(page)


def test_alice_changes_her_password_and_address(visitor: Page, sign_up: Callable[[Page, str], str]) -> None:
    page = visitor
    sign_up(page, "alice")
    page.goto("/account/")
    page.get_by_role("link", name="Change password").click()
    settled(page)
    page.get_by_label("Current password", exact=True).fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("popcorn at eleven")
    page.get_by_label("New password (again)", exact=True).fill("popcorn at eleven")
    page.get_by_role("button", name="Change password").click()
    expect(page.locator(".toast").first).to_be_visible()
    page.goto("/accounts/email/")
    settled(page)
    page.get_by_label(re.compile("^Email")).last.fill("alice-new@example.org")
    page.get_by_role("button", name="Add address").click()
    page.get_by_label("Password", exact=True).fill("popcorn at eleven")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("alice-new@example.org").first).to_be_visible()


def test_the_password_can_be_shown_and_hidden(page: Page) -> None:
    page.goto("/accounts/login/")
    field = page.get_by_label("Password", exact=True)
    field.fill("secret")
    toggle = page.get_by_role("button", name="Show the password")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.press("Enter")
    expect(field).to_have_attribute("type", "text")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    toggle.press("Space")
    expect(field).to_have_attribute("type", "password")


@pytest.mark.parametrize("path", ["login", "signup", "password/reset", "password/reset/done", "password/reset/key/x-y"])
def test_the_pages_for_visitors_have_no_flaw(visitor: Page, path: str) -> None:
    visitor.goto(f"/accounts/{path}/")
    settled(visitor)


def test_alice_forgets_her_password_and_chooses_a_new_one(visitor: Page, sign_up: Callable[[Page, str], str]) -> None:
    page = visitor
    email = sign_up(page, "alice")
    page.get_by_role("button", name="Account").click()
    settled(page)
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Send me the link").click()
    expect(page).to_have_url(re.compile(r"/password/reset/done/$"))
    page.goto(link_mailed_to(email))
    settled(page)
    page.get_by_label("New password", exact=True).fill("popcorn at eleven")
    page.get_by_label("New password (again)", exact=True).fill("popcorn at eleven")
    page.get_by_role("button", name="Save password").click()
    expect(page).to_have_url(re.compile(r"/password/reset/key/done/$"))
    settled(page)
    page.goto("/accounts/login/")
    page.get_by_label("Email or user name").fill(email)
    page.get_by_label("Password", exact=True).fill("popcorn at eleven")
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Account")).to_be_visible()


def link_mailed_to(email: str) -> str:
    """The link of the last mail to an address; the site writes its mails to files."""
    mails = sorted(Path(settings.EMAIL_FILE_PATH).iterdir(), key=lambda file: file.stat().st_mtime)
    text = [mail for mail in (file.read_text(encoding="utf-8") for file in mails) if f"To: {email}" in mail][-1]
    return next(word for word in text.split() if "/password/reset/key/" in word)
