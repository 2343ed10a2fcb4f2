"""The first visit: from signing up to the first list after five ratings."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import PHONE
from tests.browser.stars import click_stars, expect_stars, saved

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIGN_UP = Callable[[Page, str], str]
DESKTOP = {"viewport": {"width": 1440, "height": 900}}


def tiles(page: Page) -> Locator:
    shown = page.locator("onboarding-groups movie-tile")
    expect(shown.first).to_be_visible()
    return shown


def rate(page: Page, places: list[int]) -> None:
    shown = tiles(page)
    for place in places:
        with saved(page, "PUT"):
            click_stars(shown.nth(place), 2 if place % 2 else 5)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_takes_a_newcomer_to_a_list_of_their_own_in_five_ratings(
    browser: Browser, browser_context_args: dict[str, Any], sign_up: SIGN_UP, screen: dict[str, Any]
) -> None:
    context = browser.new_context(**browser_context_args | screen)
    page = context.new_page()
    sign_up(page, "nora")
    expect(page).to_have_url(re.compile("/welcome/$"))
    expect(page.get_by_text("0 of 5")).to_be_visible()
    expect(page.get_by_role("link", name="Skip for now")).to_be_visible()
    rate(page, [0, 3])
    expect(page.get_by_text("2 of 5")).to_be_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    rate(page, [7, 8, 13])
    with page.expect_response("**/api/v1/recommendations?*") as answered:
        page.get_by_role("link", name="See your list").click()
    expect(page.locator("movie-grid .prediction").first).to_be_visible()
    assert any(movie["sentence"] for movie in answered.value.json()["results"])
    context.close()


def test_it_can_be_skipped_and_taken_up_again(alice_page: Page) -> None:
    alice_page.get_by_role("link", name="Skip for now").click()
    expect(alice_page).to_have_url(re.compile("/recommendations/$"))
    alice_page.get_by_role("link", name="Rate five movies you know").click()
    rate(alice_page, [1])
    alice_page.reload()
    expect(alice_page.get_by_text("1 of 5")).to_be_visible()
    expect_stars(tiles(alice_page).nth(1), 2)


def test_more_like_these_shows_other_movies_and_comes_round(alice_page: Page) -> None:
    page = alice_page
    group = page.locator(".onboarding-group").first
    titles = group.locator(".tile-title")
    expect(titles.first).to_be_visible()
    first = titles.all_inner_texts()
    rate(page, [0])
    more = group.get_by_role("button", name="More like these")
    more.press("Enter")
    expect(more).to_be_focused()
    second = titles.all_inner_texts()
    assert second
    assert not set(first) & set(second)
    for _ in range(10):
        if titles.all_inner_texts() == first:
            break
        more.click()
    assert titles.all_inner_texts() == first
    expect_stars(group.locator("movie-tile").first, 5)
    expect(page.get_by_text("1 of 5")).to_be_visible()


def test_it_counts_down_when_stars_are_taken_back_or_refused(alice_page: Page) -> None:
    page = alice_page
    rate(page, [0])
    with saved(page, "DELETE"):
        click_stars(tiles(page).nth(0), 5)
    expect(page.get_by_text("0 of 5")).to_be_visible()
    page.route("**/api/v1/ratings/*", lambda route: route.fulfill(status=500, json={}))
    click_stars(tiles(page).nth(2), 4)
    expect(page.get_by_text("Something broke on our side.")).to_be_visible()
    expect_stars(tiles(page).nth(2), 0)
    expect(page.get_by_text("0 of 5")).to_be_visible()


@pytest.mark.parametrize(
    ("answer", "sentence", "way_out"),
    [
        (
            {"status": 404, "json": {"detail": "No model."}},
            "The first model is still being trained.",
            "Find movies to rate",
        ),
        ({"status": 500, "json": {}}, "Something broke on our side.", "Try again"),
    ],
)
def test_it_says_what_to_do_without_groups(
    alice_page: Page, answer: dict[str, Any], sentence: str, way_out: str
) -> None:
    alice_page.route("**/api/v1/onboarding", lambda route: route.fulfill(**answer))
    alice_page.reload()
    expect(alice_page.get_by_text(sentence)).to_be_visible()
    expect(alice_page.locator(".status-message .button", has_text=way_out)).to_be_visible()
    alice_page.unroute("**/api/v1/onboarding")
    if way_out == "Try again":
        alice_page.get_by_role("button", name=way_out).click()
        tiles(alice_page)


@pytest.mark.parametrize("width", [390, 1440])
def test_it_gives_axe_nothing_to_report(alice_page: Page, width: int) -> None:
    alice_page.set_viewport_size({"width": width, "height": 900})
    rate(alice_page, [0, 1, 2, 3, 4])
    expect(alice_page.get_by_role("link", name="See your list")).to_be_visible()
    assert Axe().run(alice_page, options={"runOnly": WCAG}).response["violations"] == []


@pytest.mark.parametrize(
    "screen", [{"width": 1280, "height": 720}, {"width": 390, "height": 844}], ids=["laptop", "phone"]
)
def test_the_progress_bar_covers_no_stars(alice_page: Page, screen: dict[str, int]) -> None:
    alice_page.set_viewport_size(screen)  # type: ignore[arg-type]
    tiles(alice_page)
    alice_page.evaluate("scrollTo(0, 0)")
    bar = alice_page.locator(".onboarding-bar").bounding_box()
    assert bar is not None
    boxes = [stars.bounding_box() for stars in alice_page.locator("onboarding-groups star-rating").all()]
    assert all(box and (box["y"] >= bar["y"] + bar["height"] or box["y"] + box["height"] <= bar["y"]) for box in boxes)
