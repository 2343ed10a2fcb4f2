"""Searching by keyboard, with filters, back and forth."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import PHONE
from tests.browser.stars import click_stars, rate_popular, saved
from tests.browser.visiting import next_frames, visit


def tiles(page: Page) -> Locator:
    return page.locator("movie-grid movie-tile")


def links(page: Page) -> Locator:
    return page.locator("movie-grid .tile-link")


def settled(page: Page) -> None:
    """The results on the page are those of the address."""
    expect(page.locator("movie-grid .movie-grid")).not_to_have_attribute("aria-busy", "true")


def test_it_goes_from_the_field_into_the_results_and_back_by_keyboard(page: Page, query: str) -> None:
    page.goto("/")
    expect(tiles(page)).to_have_count(40)
    page.keyboard.press("/")
    field = page.get_by_role("searchbox")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links(page).nth(0)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(links(page).nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    below = page.evaluate(
        "[...document.querySelectorAll('.movie-grid > li')].findIndex(li => li.contains(document.activeElement))"
    )
    lefts = page.locator("movie-grid .tile-link").evaluate_all(
        "all => all.map(link => link.getBoundingClientRect().left)"
    )
    assert below > 1
    assert lefts[below] == lefts[1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    expect(links(page).nth(0)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.type(query)
    page.keyboard.press("Enter")
    expect(links(page).nth(0)).to_be_focused()
    expect(tiles(page).first).to_contain_text(re.compile(query, re.IGNORECASE))
    page.keyboard.press("Escape")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    expect(page.get_by_role("heading", name="Popular")).to_be_visible()
    settled(page)
    page.keyboard.press("ArrowDown")
    expect(links(page).nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/movies/\d+/$"))


def test_typing_is_one_step_that_the_address_and_the_title_name(page: Page, query: str) -> None:
    page.goto("/")
    settled(page)
    steps = page.evaluate("history.length")
    page.get_by_role("searchbox").focus()
    for length in range(1, len(query) + 1):
        with page.expect_response(re.compile(rf"search\?q={query[:length]}&")):
            page.keyboard.type(query[length - 1])
    expect(page).to_have_url(re.compile(rf"\?q={query}$"))
    expect(page).to_have_title(f"{query} · movierec")
    assert page.evaluate("history.length") == steps + 1
    page.go_back()
    expect(page).to_have_url(re.compile(r"/$"))
    expect(page).to_have_title(re.compile("^movierec:"))
    expect(page.get_by_role("searchbox")).to_have_value("")
    page.go_forward()
    expect(page.get_by_role("searchbox")).to_have_value(query)
    expect(page).to_have_title(f"{query} · movierec")


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_it_keeps_filters_and_order_in_the_address(
    browser: Browser, browser_context_args: dict[str, Any], screen: dict[str, Any]
) -> None:
    context = browser.new_context(**browser_context_args | screen)
    page = context.new_page()
    page.goto("/")
    settled(page)
    if screen:
        page.get_by_role("button", name="Filters").click()
    page.get_by_label("Genre").select_option("Drama")
    expect(page).to_have_url(re.compile(r"\?genre=Drama$"))
    expect(page.get_by_role("heading", name="Movies", exact=True)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=re.compile(r"[\d,]+ movies?$"))).to_be_visible()
    page.get_by_label("Order").select_option("newest")
    expect(page).to_have_url(re.compile(r"\?genre=Drama&order=newest$"))
    settled(page)
    newest = links(page).evaluate_all("all => all.map(link => link.href)")
    page.reload()
    settled(page)
    expect(tiles(page).first).to_be_visible()
    assert links(page).evaluate_all("all => all.map(link => link.href)") == newest
    assert page.locator("#filter-genre").input_value() == "Drama"
    assert page.locator("#filter-order").input_value() == "newest"
    page.go_back()
    expect(page.locator("#filter-order")).to_have_value("relevance")
    page.go_back()
    expect(page.get_by_role("heading", name="Popular")).to_be_visible()
    page.go_forward()
    expect(page.locator("#filter-genre")).to_have_value("Drama")
    if screen:
        page.get_by_role("button", name="Filters").click() if not page.locator("#search-filters").is_visible() else None
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page).to_have_url(re.compile(r"/$"))
    context.close()


def test_it_says_what_to_do_when_the_filters_leave_nothing(page: Page, query: str) -> None:
    page.goto(f"/?q={query}&min_ratings=10000")
    expect(page.get_by_text(f"No movies for “{query}” match these filters.")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    expect(tiles(page).first).to_contain_text(re.compile(query, re.IGNORECASE))


def test_it_puts_nonsense_in_the_address_right(page: Page) -> None:
    page.goto("/?decade=abc&min_ratings=-1&order=sideways&genre=Sideways&hide_rated=1&from=friend")
    expect(page.get_by_role("heading", name="Popular")).to_be_visible()
    expect(tiles(page)).to_have_count(40)
    expect(page).to_have_url(re.compile(r"/\?from=friend$"))
    page.goto("/?genre=drama&decade=1234")
    expect(page).to_have_url(re.compile(r"/\?genre=Drama$"))
    expect(page.get_by_label("Genre")).to_have_value("Drama")


def test_it_puts_nonsense_in_the_address_of_lists_right(alice_page: Page) -> None:
    page = alice_page
    for address in (
        "/ratings/?sort=sideways&genre=x&stars=9",
        "/watchlist/?order=x",
        "/recommendations/?genre=x&algorithm=x",
    ):
        visit(page, address)
        expect(page).to_have_url(re.compile(rf"{address.partition('?')[0]}$"))
        expect(page.get_by_text("That did not work")).to_have_count(0)


def test_it_hides_what_alice_has_rated(alice_page: Page) -> None:
    page = alice_page
    page.goto("/")
    expect(tiles(page)).to_have_count(40)
    first = links(page).first.get_attribute("href")
    with saved(page, "PUT"):
        click_stars(tiles(page).first, 4)
    page.get_by_label("Hide what I have seen").check()
    expect(page).to_have_url(re.compile(r"\?hide_rated=1$"))
    expect(page.locator(f'movie-grid a[href="{first}"]')).to_have_count(0)


def test_it_shows_what_others_rated_here_lately(alice_page: Page) -> None:
    page = alice_page
    page.goto("/")
    title = tiles(page).nth(4).locator(".tile-title").text_content()
    rate_popular(page, 5)
    page.context.clear_cookies()
    page.goto("/")
    row = page.get_by_role("region", name="Recently rated here")
    expect(row.locator(".tile-title").first).to_have_text(title)


def test_a_search_asks_for_no_rows_until_they_are_seen(alice_page: Page, query: str) -> None:
    page = alice_page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/?q={query}")
    expect(tiles(page).first).to_be_visible()
    assert not [url for url in asked if "/api/v1/recommendations" in url or "/api/v1/recently-rated" in url]
    with page.expect_response("**/api/v1/recommendations*"):
        page.get_by_role("searchbox").fill("")
    expect(page.get_by_role("region", name="Picked for you")).to_be_visible()


def test_it_finds_the_place_in_a_long_list_again(page: Page) -> None:
    page.goto("/")
    expect(tiles(page)).to_have_count(40)
    tiles(page).last.scroll_into_view_if_needed()
    expect(tiles(page).nth(79)).to_be_attached()
    page.goto("/accounts/login/")
    page.go_back()
    expect(tiles(page).nth(79)).to_be_attached()


def test_with_the_keyboard_only_the_button_loads_more(page: Page) -> None:
    page.goto("/")
    expect(tiles(page)).to_have_count(40)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    links(page).first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    for _ in range(20):
        page.keyboard.press("ArrowDown")
    expect(page.locator("movie-grid .tile-link:focus")).to_be_in_viewport()
    expect(links(page).nth(39)).to_be_in_viewport()
    next_frames(page)
    assert [url for url in asked if "/api/v1/search" in url] == []
    expect(tiles(page)).to_have_count(40)
    more = page.get_by_role("button", name="Show more")
    more.focus()
    page.keyboard.press("Enter")
    expect(tiles(page)).to_have_count(80)
    expect(links(page).nth(40)).to_be_focused()


def test_it_offers_another_try_when_the_next_page_does_not_come(page: Page) -> None:
    page.goto("/")
    expect(tiles(page)).to_have_count(40)
    page.route("**/api/v1/search*", lambda route: route.fulfill(status=500, body="{}"))
    tiles(page).last.scroll_into_view_if_needed()
    expect(page.get_by_text("Something broke on our side. Please try again.").first).to_be_visible()
    page.unroute("**/api/v1/search*")
    page.get_by_role("button", name="Try again").first.click()
    expect(tiles(page).nth(79)).to_be_attached()


def test_it_drops_the_answers_to_what_is_no_longer_asked(page: Page, query: str) -> None:
    page.goto("/")
    expect(tiles(page)).to_have_count(40)
    held: list[Any] = []
    page.route(re.compile(rf"search\?q={query[:2]}&"), lambda route: held.append(route))
    field = page.get_by_role("searchbox")
    field.fill(query[:2])
    field.fill(query)
    expect(page.get_by_role("heading", name=f"Results for “{query}”")).to_be_visible()
    expect(tiles(page).first).to_contain_text(re.compile(query, re.IGNORECASE))
    for route in held:
        route.fulfill(json={"count": 0, "results": []})
    next_frames(page)
    expect(tiles(page).first).to_contain_text(re.compile(query, re.IGNORECASE))


def test_stars_stay_right_when_a_page_comes_back(alice_page: Page) -> None:
    page = alice_page
    page.goto("/")
    expect(tiles(page).first).to_be_visible()
    links(page).first.click()
    expect(page.locator("movie-details star-rating")).to_be_visible()
    with saved(page, "PUT"):
        click_stars(page.locator("movie-details"), 2)
    page.go_back()
    expect(tiles(page).first.locator("star-rating")).to_have_attribute("aria-valuenow", "2")


def test_movies_with_the_tag_that_was_typed_follow_below(alice_page: Page) -> None:
    page = alice_page
    page.goto("/movies/1/")
    page.get_by_label("Add a tag").fill("nocturnal picnic")
    page.get_by_label("Add a tag").press("Enter")
    expect(page.locator("movie-tags")).to_contain_text("nocturnal picnic")
    page.goto("/")
    page.get_by_label("Search movies").fill("nocturnal picnic")
    page.get_by_role("link", name="1 movie tagged “nocturnal picnic”").click()
    group = page.get_by_role("region", name="Tagged “nocturnal picnic”")
    expect(group.locator("movie-tile")).to_have_count(1)
    expect(group).to_be_in_viewport()
    page.get_by_label("Search movies").fill("nocturnal")
    expect(group).to_have_count(0)
