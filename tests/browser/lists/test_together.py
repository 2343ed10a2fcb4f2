"""Two people choose one movie."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.stars import rate_popular


def invitation(page: Page) -> str:
    """Make a link on the page of its own."""
    page.goto("/together/")
    page.get_by_role("button", name="Create a link").click()
    link = page.get_by_label("Your link")
    expect(link).to_have_value(re.compile(r"/together/\?token=.+"))
    return link.input_value()


def test_it_shows_bob_one_list_for_both_after_he_opened_alices_link(
    alice_page: Page, browser: Browser, browser_context_args: dict[str, Any], sign_in: Callable[[Page, str], str]
) -> None:
    rate_popular(alice_page, 5)
    alice_page.goto("/")
    rated = alice_page.locator("movie-grid .tile-link").first.get_attribute("href")
    link = invitation(alice_page)
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    sign_in(page, "bob")
    rate_popular(page, 5, first=5)
    page.goto(link)
    tiles = page.locator("movie-grid movie-tile")
    expect(tiles.first.locator(".prediction-stars")).to_be_visible()
    expect(page.locator(f'movie-grid a[href="{rated}"]')).to_have_count(0)
    with page.expect_response(re.compile("recommendations/group.*strategy=least_misery")):
        page.get_by_role("radio", name="Nobody is bored").check()
    expect(page).to_have_url(re.compile("strategy=least_misery"))
    expect(page.get_by_text("The pickier viewer decides.")).to_be_visible()
    expect(tiles.first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("radio", name="Best on average")).to_be_checked()
    context.close()


def test_it_says_that_a_link_does_not_work_and_offers_another(alice_page: Page) -> None:
    rate_popular(alice_page, 3)
    alice_page.goto("/together/?token=made-up")
    expect(alice_page.get_by_text("This link does not work")).to_be_visible()
    alice_page.get_by_role("link", name="Create your own link").click()
    expect(alice_page.get_by_role("button", name="Create a link")).to_be_visible()


def test_it_copies_the_link_also_when_alice_opens_it_herself(alice_page: Page) -> None:
    alice_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    link = invitation(alice_page)
    expect(alice_page.get_by_role("button", name="Copy the link")).to_be_focused()
    alice_page.goto(link)
    expect(alice_page.get_by_text("This is your own link. Send it")).to_be_visible()
    alice_page.get_by_role("button", name="Copy the link").click()
    expect(alice_page.get_by_text("Copied. Now send it.")).to_be_visible()
    assert alice_page.evaluate("navigator.clipboard.readText()") == link


def test_it_leads_there_from_the_recommendations_and_asks_visitors_to_sign_in(alice_page: Page) -> None:
    alice_page.goto("/recommendations/")
    alice_page.get_by_role("main").get_by_role("link", name="Watch together").click()
    expect(alice_page.get_by_role("heading", name="Watch together")).to_be_visible()
    alice_page.context.clear_cookies()
    alice_page.goto("/together/?token=abc")
    expect(alice_page).to_have_url(re.compile(r"/accounts/login/\?next=/together/%3Ftoken%3Dabc"))
