"""axe-core finds nothing, and the keyboard reaches everything."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.visiting import visit

RULES = {
    "dark": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "light": {"type": "rule", "values": ["color-contrast"]},  # all that differs between the schemes
}


def problems(page: Page, address: str, scheme: str) -> list[str]:
    """What axe-core has to say about an address once it has settled."""
    visit(page, address)
    violations = Axe().run(page, options={"runOnly": RULES[scheme]}).response["violations"]
    return [f"{address}: {v['id']}: {v['nodes'][0]['html'][:200]}" for v in violations]


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_gives_axe_nothing_to_report_to_a_visitor(page: Page, query: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    addresses = ["/", f"/?q={query}", "/?q=qqqqzzzz", "/?genre=Drama&order=newest", "/movies/1/", "/nowhere/"]
    addresses += ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
    assert [problem for address in addresses for problem in problems(page, address, scheme)] == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_gives_axe_nothing_to_report_to_a_user(page: Page, sign_in: Callable[[Page, str], str], scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(page, "alice")
    found = problems(page, "/recommendations/", scheme)
    page.goto("/")
    for place in range(3):
        stars = page.locator("movie-grid star-rating").nth(place)
        stars.focus()
        with page.expect_response("**/api/v1/ratings/*"):
            page.keyboard.press("4")
    addresses = ["/", "/recommendations/", "/ratings/", "/movies/1/", "/movies/2/"]
    addresses += [
        "/together/",
        "/welcome/",
        "/watchlist/#hidden",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/logout/",
    ]
    assert found + [problem for address in addresses for problem in problems(page, address, scheme)] == []


def test_it_reaches_the_content_with_the_skip_link(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_it_opens_and_closes_the_account_menu_by_keyboard(alice_page: Page) -> None:
    button = alice_page.get_by_role("button", name="Account")
    button.focus()
    alice_page.keyboard.press("Enter")
    expect(alice_page.get_by_role("button", name="Sign out")).to_be_visible()
    alice_page.keyboard.press("Escape")
    expect(alice_page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(button).to_be_focused()
