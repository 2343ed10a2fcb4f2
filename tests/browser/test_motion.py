"""Nothing moves for people who asked their system for less motion."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stars import rate_popular
from tests.browser.visiting import visit
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
FOR_VISITORS = ["/", "/?q=qqqqzzzz", "/movies/1/", "/accounts/login/", "/nowhere/"]
FOR_ALICE = ["/", "/movies/2/", "/recommendations/", "/ratings/", "/watchlist/", "/welcome/", "/together/", "/account/"]
MOVING = """() => {
  const found = new Set();
  for (const element of document.querySelectorAll("*")) {
    for (const part of [null, "::before", "::after"]) {
      const style = getComputedStyle(element, part);
      const times = `${style.transitionDuration}, ${style.animationDuration}`.split(", ");
      if (times.some(time => parseFloat(time) > 0) || style.scrollBehavior === "smooth") {
        found.add(`${element.localName}.${element.className}${part ?? ""}`);
      }
    }
  }
  return [...found];
}"""


@pytest.fixture
def still(page: Page) -> Page:
    """A page of somebody who asked for less motion."""
    page.emulate_media(reduced_motion="reduce")
    return page


def moving(page: Page, address: str) -> list[str]:
    visit(page, address)
    return [f"{address}: {found}" for found in page.evaluate(MOVING)]


def test_nothing_moves_for_a_visitor(still: Page) -> None:
    assert [found for address in FOR_VISITORS for found in moving(still, address)] == []


def test_nothing_moves_for_a_user(still: Page, sign_in: Callable[[Page, str], str]) -> None:
    sign_in(still, "alice")
    rate_popular(still, 6)
    assert [found for address in FOR_ALICE for found in moving(still, address)] == []
    still.get_by_role("button", name="Account").click()
    still.goto("/ratings/")
    still.get_by_role("button", name="Remove").first.click()
    expect(still.locator(".toast")).to_be_visible()
    assert still.evaluate(MOVING) == []


def test_the_pages_move_without_that_setting(page: Page) -> None:
    assert moving(page, "/") != []


def test_scripts_leave_smooth_scrolling_to_the_style_sheets() -> None:
    modules = (ROOT / "static" / "js").rglob("*.js")
    assert [module.name for module in modules if '"smooth"' in module.read_text(encoding="utf-8")] == []
