"""On a phone, whatever can be touched is at least 44 px wide and high."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import PHONE
from tests.browser.stars import rate_popular, saved
from tests.browser.visiting import visit

pytestmark = pytest.mark.slow
FOR_VISITORS = ["/", "/?q=qqqqzzzz", "/movies/1/", "/nowhere/"]
FOR_VISITORS += [f"/accounts/{path}/" for path in ("login", "signup", "password/reset")]
FOR_ALICE = [
    "/",
    "/movies/1/",
    "/movies/2/",
    "/recommendations/",
    "/ratings/",
    "/watchlist/",
    "/welcome/",
    "/together/",
    "/tonight/",
]
FOR_ALICE += ["/account/", "/account/imports/"]
FOR_ALICE += [f"/accounts/{path}/" for path in ("email", "password/change", "logout", "reauthenticate")]

# A box or circle to tick is as large as its label, which ticks it too. A link inside a sentence is as high as its line
# (WCAG 2.5.8 exempts it); the link past the header is for keyboards.
TOO_SMALL = """() => {
  const size = element => { const { width, height } = element.getBoundingClientRect(); return [width, height]; };
  const inSentence = element => element.matches("p > a") && getComputedStyle(element).display === "inline"
    && [...element.parentElement.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  return [...document.querySelectorAll("a, button, input, select, textarea, summary, [role=slider], [role=option]")]
    .filter(element => element.checkVisibility({ visibilityProperty: true }))
    .filter(element => !element.matches(".skip-link") && !inSentence(element))
    .map(element => [element, /checkbox|radio/.test(element.type) ? size(element.labels[0]) : size(element)])
    .filter(([, [width, height]]) => Math.min(width, height) < 43.5)
    .map(([element, [width, height]]) => `${element.outerHTML.slice(0, 120)}: ${width} by ${height}`);
}"""


@pytest.fixture
def phone(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A page on a phone."""
    context = browser.new_context(**browser_context_args | PHONE)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def too_small(page: Page) -> list[str]:
    return [f"{page.url}: {found}" for found in page.evaluate(TOO_SMALL)]


def too_small_at(page: Page, address: str) -> list[str]:
    """What is too small on a page with all that can be unfolded unfolded."""
    visit(page, address)
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true;")
    for toggle in page.locator("[data-toggle]:visible").all():
        toggle.tap()
    return too_small(page)


def test_targets_are_large_enough_for_a_visitor(phone: Page) -> None:
    assert [found for address in FOR_VISITORS for found in too_small_at(phone, address)] == []


def test_targets_are_large_enough_for_a_user(phone: Page, sign_in: Callable[[Page, str], str]) -> None:
    sign_in(phone, "alice")
    found = too_small_at(phone, "/recommendations/") + too_small_at(phone, "/ratings/")
    rate_popular(phone, 8)
    assert found + [small for address in FOR_ALICE for small in too_small_at(phone, address)] == []


def test_menu_suggestions_and_undo_are_large_enough(phone: Page, sign_in: Callable[[Page, str], str]) -> None:
    sign_in(phone, "alice")
    rate_popular(phone, 3)
    phone.goto("/ratings/")
    phone.get_by_role("button", name="Account").tap()
    expect(phone.get_by_role("button", name="Sign out")).to_be_visible()
    found = too_small(phone)
    phone.keyboard.press("Escape")
    with saved(phone, "DELETE"):
        phone.get_by_role("button", name="Remove").first.tap()
    expect(phone.get_by_role("button", name="Undo")).to_be_visible()
    found += too_small(phone)
    phone.get_by_label("Search movies").fill("the")
    expect(phone.get_by_role("search").get_by_role("option").first).to_be_visible()
    assert found + too_small(phone) == []


def test_stars_and_ribbon_do_not_overlap(phone: Page) -> None:
    for width in (320, 360, 390, 820):
        phone.set_viewport_size({"width": width, "height": 800})
        phone.goto("/")
        tile = phone.locator("movie-grid movie-tile").first
        stars, ribbon = tile.locator("star-rating"), tile.locator("mark-button[kind=watchlist]")
        expect(ribbon).to_be_visible()
        left, right = stars.bounding_box(), ribbon.bounding_box()
        assert left is not None
        assert right is not None
        assert left["x"] + left["width"] <= right["x"] + 4, width
