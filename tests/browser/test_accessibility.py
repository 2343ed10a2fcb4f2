"""axe-core finds nothing, and the keyboard reaches everything."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.visiting import visit


def problems(page: Page, address: str) -> list[str]:
    """What axe-core has to say about an address once it has settled."""
    visit(page, address)
    return violations(page)


def test_it_gives_axe_nothing_to_report_to_a_visitor(page: Page, query: str) -> None:
    addresses = ["/", f"/?q={query}", "/?q=qqqqzzzz", "/?genre=Drama&order=newest", "/movies/1/", "/nowhere/"]
    addresses += ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
    assert [problem for address in addresses for problem in problems(page, address)] == []


def test_it_gives_axe_nothing_to_report_to_a_user(page: Page, sign_in: Callable[[Page, str], str]) -> None:
    sign_in(page, "alice")
    found = problems(page, "/recommendations/")
    page.goto("/")
    for place in range(3):
        stars = page.locator("movie-grid star-rating").nth(place)
        stars.focus()
        with page.expect_response("**/api/v1/ratings/*"):
            page.keyboard.press("4")
    addresses = ["/", "/recommendations/", "/ratings/", "/movies/1/", "/movies/2/"]
    addresses += [
        "/together/",
        "/tonight/",
        "/welcome/",
        "/watchlist/#hidden",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/logout/",
    ]
    assert found + [problem for address in addresses for problem in problems(page, address)] == []


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
