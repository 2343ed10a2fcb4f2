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


def test_it_lists_the_keys_of_the_page_and_never_while_somebody_types(page: Page) -> None:
    page.goto("/")
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()
    dialog = page.get_by_role("dialog", name="Keys on this page")
    page.keyboard.press("?")
    for keys in ("From movie to movie", "Half a star fewer or more"):
        expect(dialog.get_by_text(keys)).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator("#search-field")).not_to_be_focused()

    page.goto("/accounts/login/")
    page.locator("#search-field").press("?")
    expect(page.locator("#search-field")).to_have_value("?")
    button = page.get_by_role("button", name="Keyboard")
    button.click()
    expect(dialog.get_by_text("Choose one of the movies below the field")).to_be_visible()
    expect(dialog.get_by_text("From movie to movie")).to_have_count(0)
    expect(dialog.get_by_text("Half a star fewer or more")).to_have_count(0)
    close = dialog.get_by_role("button", name="Close")
    box = close.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    close.click()
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
