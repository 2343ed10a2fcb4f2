"""Rating stars by mouse, keyboard and touch, saved or rolled back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.chromium import PHONE
from tests.browser.stars import click_stars, expect_stars, saved, slider


@pytest.fixture
def tile(alice_page: Page) -> Locator:
    alice_page.goto("/")
    tile = alice_page.locator("movie-grid movie-tile").first
    expect(tile).to_be_visible()
    return tile


def test_it_steps_by_halves_with_the_arrow_keys_and_removes_with_backspace(alice_page: Page, tile: Locator) -> None:
    slider(tile).focus()
    with saved(alice_page, "PUT"):
        for key in ("4", "ArrowRight", "ArrowUp", "ArrowLeft"):
            alice_page.keyboard.press(key)
    title = tile.locator(".tile-title").text_content()
    expect(slider(tile)).to_have_attribute("aria-valuetext", f"4.5 of 5 stars, {title}")
    with saved(alice_page, "DELETE"):
        alice_page.keyboard.press("Backspace")
    expect_stars(tile, 0)
    expect(alice_page.get_by_text(f"Removed your rating of {title}.")).to_be_visible()


def test_it_removes_with_a_click_on_the_same_value(alice_page: Page, tile: Locator) -> None:
    with saved(alice_page, "PUT"):
        click_stars(tile, 3)
    with saved(alice_page, "DELETE"):
        click_stars(tile, 3)
    alice_page.mouse.move(0, 0)
    expect_stars(tile, 0)


def test_it_previews_without_saving(alice_page: Page, tile: Locator) -> None:
    slider(tile).hover()
    expect(slider(tile)).to_have_attribute("data-preview", "")
    alice_page.mouse.move(0, 0)
    expect_stars(tile, 0)
    alice_page.goto("/ratings/")
    expect(alice_page.get_by_text("No ratings yet")).to_be_visible()


def test_it_takes_the_stars_back_when_the_server_refuses(alice_page: Page, tile: Locator) -> None:
    refusal = {"status": 500, "json": {"detail": "The database is having a rest."}}
    alice_page.route("**/api/v1/ratings/*", lambda route: route.fulfill(**refusal))
    click_stars(tile, 4)
    alice_page.mouse.move(0, 0)
    expect(alice_page.get_by_text("The database is having a rest.")).to_be_visible()
    expect_stars(tile, 0)
    alice_page.unroute("**/api/v1/ratings/*")
    with saved(alice_page, "PUT"):
        alice_page.get_by_role("button", name="Try again").click()
    expect_stars(tile, 4)


def test_it_asks_to_sign_in_when_the_session_is_over(alice_page: Page, tile: Locator) -> None:
    alice_page.context.clear_cookies()
    click_stars(tile, 4)
    alice_page.mouse.move(0, 0)
    expect(alice_page.get_by_text("You are signed out. Sign in to rate.")).to_be_visible()
    expect_stars(tile, 0)
    alice_page.get_by_role("button", name="Sign in", exact=True).click()
    expect(alice_page).to_have_url(re.compile("/accounts/login/"))


def test_it_sends_only_the_last_of_many_quick_ratings(alice_page: Page, tile: Locator) -> None:
    sent: list[float] = []
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        sent.append(route.request.post_data_json["stars"])
        if len(sent) == 1:
            held.append(route)
        else:
            route.continue_()

    alice_page.route("**/api/v1/ratings/*", hold_the_first)
    with alice_page.expect_request("**/api/v1/ratings/*"):
        click_stars(tile, 1)
    for stars in (2, 3, 4, 5):
        click_stars(tile, stars)
    alice_page.mouse.move(0, 0)
    expect_stars(tile, 5)
    with alice_page.expect_response(lambda answer: answer.request.post_data == '{"stars":5}'):
        held[0].continue_()
    assert sent == [1, 5]
    alice_page.reload()
    expect_stars(alice_page.locator("movie-grid movie-tile").first, 5)


def test_it_rates_by_touch(
    browser: Browser, browser_context_args: dict[str, Any], sign_in: Callable[[Page, str], str]
) -> None:
    context = browser.new_context(**browser_context_args | PHONE)
    page = context.new_page()
    sign_in(page, "bob")
    page.goto("/")
    tile = page.locator("movie-grid movie-tile").first
    tile.scroll_into_view_if_needed()
    box = slider(tile).bounding_box()
    assert box is not None
    assert box["height"] >= 44
    with saved(page, "PUT"):
        slider(tile).tap(position={"x": box["width"] * 0.7 - 2, "y": 20})
    expect_stars(tile, 3.5)
    context.close()
