"""Watchlist, "seen" and "not interested": buttons on tiles, the page, undo, and what happens when saving fails."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import PHONE
from tests.browser.stars import click_stars, rate_popular, saved


def answered(page: Page, kind: str, method: str) -> Any:
    """Wait for the answer to a mark."""
    return page.expect_response(lambda got: f"/api/v1/{kind}/" in got.url and got.request.method == method)


def ribbon(tile: Locator) -> Locator:
    """The watchlist button of a tile."""
    return tile.get_by_role("button", name="on your watchlist")


def cross(tile: Locator) -> Locator:
    """The hide button of a tile."""
    return tile.get_by_role("button", name="Not interested in")


def eye(tile: Locator) -> Locator:
    """The seen button of a tile."""
    return tile.get_by_role("button", name=re.compile(" seen$"))


def title_of(tile: Locator) -> str:
    return tile.locator(".tile-title").text_content()


@pytest.fixture
def list_page(alice_page: Page) -> Page:
    """Alice has rated four popular movies and looks at her list."""
    rate_popular(alice_page, 4)
    alice_page.goto("/recommendations/")
    expect(alice_page.locator("movie-grid movie-tile").first).to_be_visible()
    return alice_page


def test_it_keeps_movies_on_a_watchlist_and_takes_them_off_with_undo(list_page: Page) -> None:
    page = list_page
    tiles = page.locator("movie-grid movie-tile")
    titles = [title_of(tiles.nth(place)) for place in range(2)]
    for place in range(2):
        with answered(page, "watchlist", "PUT"):
            ribbon(tiles.nth(place)).click()
        expect(ribbon(tiles.nth(place))).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Watchlist").click()
    expect(page.get_by_text("2 movies to watch.")).to_be_visible()
    shown = page.locator("[data-watchlist] li:not([hidden]) movie-tile")
    expect(shown.locator(".tile-title")).to_have_text(titles[::-1])
    expect(shown.first.locator(".prediction")).to_be_visible()
    page.get_by_label("Sort by").select_option("title")
    expect(page).to_have_url(re.compile("order=title"))
    expect(shown.locator(".tile-title")).to_have_text(sorted(titles, key=str.lower))
    leaving = title_of(shown.first)
    with answered(page, "watchlist", "DELETE"):
        ribbon(shown.first).click()
    expect(page.get_by_text("1 movie to watch.")).to_be_visible()
    expect(page.locator(".toast")).to_contain_text(f"Removed {leaving} from your watchlist.")
    with answered(page, "watchlist", "PUT"):
        page.get_by_role("button", name="Undo").click()
    expect(shown.locator(".tile-title")).to_have_text(sorted(titles, key=str.lower))
    for _ in range(2):
        with answered(page, "watchlist", "DELETE"):
            ribbon(shown.first).click()
    expect(page.get_by_text("Nothing on your watchlist")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="See recommendations")).to_be_visible()


def test_not_interested_takes_a_movie_away_for_good_unless_undone(list_page: Page) -> None:
    page = list_page
    shown = page.locator("movie-grid li:not([hidden]) movie-tile")
    first, second = title_of(shown.nth(0)), title_of(shown.nth(1))
    cross(shown.first).focus()
    with answered(page, "hidden", "PUT"):
        page.keyboard.press("Enter")
    expect(shown.first.locator(".tile-title")).to_have_text(second)
    expect(shown.first.locator("a")).to_be_focused()
    expect(page.locator(".toast")).to_contain_text(f"We will not suggest {first} again.")
    with answered(page, "hidden", "DELETE"):
        page.get_by_role("button", name="Undo").click()
    expect(shown.first.locator(".tile-title")).to_have_text(first)
    shown.first.hover()
    with answered(page, "hidden", "PUT"):
        cross(shown.first).click()
    page.reload()
    expect(shown.first.locator(".tile-title")).to_have_text(second)
    page.goto("/watchlist/")
    page.get_by_text("Hidden movies").click()
    hidden = page.locator("[data-hidden] li:not([hidden]) movie-tile")
    expect(hidden.locator(".tile-title")).to_have_text([first])
    with answered(page, "hidden", "DELETE"):
        hidden.get_by_role("button", name=f"Suggest {first} again").click()
    expect(page.get_by_text("Nothing is hidden.")).to_be_visible()
    page.locator("[data-hidden]").get_by_role("link", name="See recommendations").click()
    expect(page).to_have_url(re.compile("/recommendations/$"))
    expect(shown.first.locator(".tile-title")).to_have_text(first)


def test_a_seen_movie_leaves_the_list_and_can_be_taken_back(list_page: Page) -> None:
    page = list_page
    shown = page.locator("movie-grid li:not([hidden]) movie-tile")
    first, second = title_of(shown.nth(0)), title_of(shown.nth(1))
    eye(shown.first).focus()
    with answered(page, "seen", "PUT"):
        page.keyboard.press("Enter")
    expect(shown.first.locator(".tile-title")).to_have_text(second)
    expect(shown.first.locator("a")).to_be_focused()
    expect(page.locator(".toast")).to_contain_text(f"Marked {first} as seen.")
    with answered(page, "seen", "DELETE"):
        page.get_by_role("button", name="Undo").click()
    expect(shown.first.locator(".tile-title")).to_have_text(first)
    shown.first.hover()
    with answered(page, "seen", "PUT"):
        eye(shown.first).click()
    page.goto("/ratings/")
    page.get_by_role("link", name="Movies you have seen and not rated").click()
    seen = page.locator("[data-seen] li:not([hidden]) movie-tile")
    expect(seen.locator(".tile-title")).to_have_text([first])
    expect(eye(seen)).to_have_attribute("aria-pressed", "true")
    with answered(page, "seen", "DELETE"):
        eye(seen).click()
    expect(page.get_by_text("No movie is marked as seen.")).to_be_visible()
    page.goto("/recommendations/")
    expect(shown.first.locator(".tile-title")).to_have_text(first)


def test_stars_take_the_place_of_the_seen_mark(list_page: Page) -> None:
    page = list_page
    page.goto("/")
    tile = page.locator("movie-grid movie-tile").nth(8)
    tile.hover()
    with answered(page, "seen", "PUT"):
        eye(tile).click()
    page.reload()
    expect(eye(tile)).to_have_attribute("aria-pressed", "true")
    with saved(page, "PUT"):
        click_stars(tile, 4)
    expect(eye(tile)).to_have_count(0)
    title = title_of(tile)  # before another movie stands in its place
    page.get_by_label("Hide what I have seen").check()
    expect(page.locator("movie-grid").get_by_text(title, exact=True)).to_have_count(0)


def test_hiding_a_movie_of_the_watchlist_can_be_undone_whole(list_page: Page) -> None:
    page = list_page
    tile = page.locator("movie-grid movie-tile").first
    with answered(page, "watchlist", "PUT"):
        ribbon(tile).click()
    tile.hover()
    with answered(page, "hidden", "PUT"):
        cross(tile).click()
    with answered(page, "watchlist", "PUT"):
        page.get_by_role("button", name="Undo").click()
    expect(tile).to_be_visible()
    expect(ribbon(tile)).to_have_attribute("aria-pressed", "true")


def test_a_rating_takes_a_movie_off_the_watchlist_and_says_so(list_page: Page) -> None:
    page = list_page
    page.goto("/")
    tile = page.locator("movie-grid movie-tile").nth(8)
    with answered(page, "watchlist", "PUT"):
        ribbon(tile).click()
    with saved(page, "PUT"):
        click_stars(tile, 4)
    expect(ribbon(tile)).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".toast")).to_contain_text("so it is off your watchlist.")
    with answered(page, "watchlist", "PUT"):
        page.get_by_role("button", name="Undo").click()
    expect(ribbon(tile)).to_have_attribute("aria-pressed", "true")


def test_it_goes_back_when_a_mark_is_not_saved(list_page: Page) -> None:
    page = list_page
    page.route("**/api/v1/hidden/*", lambda route: route.fulfill(status=500, json={}))
    tile = page.locator("movie-grid movie-tile").first
    tile.hover()
    cross(tile).click()
    expect(page.locator(".toast").last).to_contain_text("Something broke on our side.")
    expect(tile).to_be_visible()
    page.unroute("**/api/v1/hidden/*")
    with answered(page, "hidden", "PUT"):
        page.get_by_role("button", name="Try again").click()
    expect(tile).to_be_hidden()


def test_the_movie_page_has_buttons_with_words(list_page: Page) -> None:
    page = list_page
    page.goto("/movies/2/")
    buttons = page.locator("[data-marks]").get_by_role("button")
    expect(buttons).to_have_text(["Add to watchlist", "Mark as seen", "Not interested"])
    for place, (kind, words) in enumerate(
        {"watchlist": "On your watchlist", "seen": "Seen", "hidden": "Suggest it again"}.items()
    ):
        with answered(page, kind, "PUT"):
            buttons.nth(place).click()
        expect(buttons.nth(place)).to_have_text(words)
        page.reload()
        expect(page.locator("[data-marks] mark-button[marked]")).to_have_text(words)
    with answered(page, "hidden", "DELETE"):
        buttons.nth(2).click()
    expect(buttons).to_have_text(["Add to watchlist", "Mark as seen", "Not interested"])


def test_a_visitor_is_asked_to_sign_in(page: Page) -> None:
    page.goto("/")
    ribbon(page.locator("movie-grid movie-tile").first).click()
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_the_buttons_are_large_enough_and_visible_on_a_phone(
    browser: Browser, browser_context_args: dict[str, Any], sign_in: Callable[[Page, str], str]
) -> None:
    context = browser.new_context(**browser_context_args | PHONE)
    page = context.new_page()
    sign_in(page, "bob")
    rate_popular(page, 3)
    page.goto("/recommendations/")
    tile = page.locator("movie-grid movie-tile").first
    expect(cross(tile)).to_have_css("opacity", "1")
    for button in (ribbon(tile), cross(tile), eye(tile)):
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    with answered(page, "hidden", "PUT"):
        cross(tile).tap()
    expect(tile).to_be_hidden()
    context.close()
