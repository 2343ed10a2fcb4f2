"""The search field of the pages that show no results themselves."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.visiting import next_frames

PAGES = ["/movies/1/", "/accounts/login/", "/nowhere/"]


@pytest.mark.parametrize("address", PAGES)
def test_enter_goes_to_the_results(page: Page, address: str, query: str) -> None:
    page.goto(address)
    page.get_by_label("Search movies").fill(query)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/\?q={query}$"))
    expect(page.locator("movie-grid movie-tile").first).to_contain_text(re.compile(query, re.IGNORECASE))


def test_it_suggests_movies_by_keyboard_and_to_those_who_listen(page: Page, query: str) -> None:
    page.goto("/movies/1/")
    page.keyboard.press("/")
    field = page.get_by_label("Search movies")
    field.press_sequentially(query)
    options = page.get_by_role("listbox", name="Movies").get_by_role("option")
    expect(options.first).to_contain_text(re.compile(query, re.IGNORECASE))
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status").filter(has_text=re.compile(r"suggestions?, "))).to_be_attached()
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", re.compile(r"^suggestion-\d+$"))
    page.keyboard.press("ArrowUp")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile(""))
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_value(query)
    field.press("Backspace")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    chosen = options.first.get_attribute("href")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"{chosen}$"))


def test_a_click_opens_a_suggestion_and_leaving_the_field_closes_them(page: Page, query: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Search movies").fill(query)
    options = page.get_by_role("search").get_by_role("option")
    expect(options.first).to_be_visible()
    page.mouse.click(10, 600)
    expect(options).to_have_count(0)
    page.get_by_label("Search movies").fill(query[:-1])
    options.first.click()
    expect(page).to_have_url(re.compile(r"/movies/\d+/$"))


def test_it_stays_quiet_when_the_site_is_out_of_reach(page: Page, query: str) -> None:
    page.goto("/accounts/login/")
    page.route("**/api/v1/search*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.get_by_label("Search movies").fill(query)
    next_frames(page)
    expect(page.get_by_role("search").get_by_role("option")).to_have_count(0)
