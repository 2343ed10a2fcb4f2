"""The page of a movie: who it is, how people rate it, its tags."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import PHONE
from tests.browser.stars import click_stars, saved

ADDRESS = "/movies/1/"


@pytest.fixture
def tag() -> str:
    """A tag that nobody has given."""
    return f"tag {uuid.uuid4().hex[:8]}"


def chip(page: Page, tag: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^{re.escape(tag)}"))


def add(page: Page, tag: str) -> None:
    page.get_by_label("Add a tag").fill(tag)
    page.get_by_role("button", name="Add", exact=True).click()


def meta(page: Page, name: str) -> str | None:
    return page.locator(f'meta[property="{name}"], meta[name="{name}"]').first.get_attribute("content")


def test_a_shared_link_shows_title_and_figures(page: Page, site_url: str) -> None:
    page.goto(f"{ADDRESS}?from=somewhere")
    title = page.get_by_role("heading", level=1).inner_text()
    assert page.title().startswith(title)
    assert page.title().endswith(" · movierec")
    assert (meta(page, "og:title") or "").startswith(title)
    assert re.search(r"\d\.\d of 5 stars from [\d,]+ ratings?\.", meta(page, "og:description") or "")
    assert meta(page, "description") == meta(page, "og:description")
    assert meta(page, "og:url") == f"{site_url}{ADDRESS}"
    assert page.locator("link[rel=canonical]").get_attribute("href") == f"{site_url}{ADDRESS}"
    image = page.locator('meta[property="og:image"]')
    expect(image).to_have_count(1)
    assert (image.get_attribute("content") or "").startswith(("https://image.tmdb.org/t/p/", f"{site_url}/static/img/"))


def test_its_genres_lead_into_the_search(page: Page) -> None:
    page.goto(ADDRESS)
    genre = page.locator(".movie-facts a").first
    name = genre.inner_text()
    genre.click()
    expect(page.locator("#filter-genre")).to_have_value(name)
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()


def test_it_shows_how_people_rate_it_as_a_chart_and_as_a_table(page: Page) -> None:
    page.goto(ADDRESS)
    spread = page.locator("rating-histogram")
    expect(spread.locator("svg rect")).to_have_count(10)
    rows = spread.get_by_role("row")
    expect(rows).to_have_count(11)
    counts = [int(cell.replace(",", "")) for cell in spread.get_by_role("cell").all_inner_texts()]
    expect(page.locator(".movie-figures")).to_contain_text(f"{sum(counts):,} rating")


def test_alices_stars_join_the_chart_at_once(alice_page: Page) -> None:
    page = alice_page
    page.goto(ADDRESS)
    expect(page.locator("rating-histogram svg rect")).to_have_count(10)
    before = page.locator(".movie-figures").inner_text()
    with saved(page, "PUT"):
        click_stars(page.locator("movie-details"), 4.5)
    expect(page.locator("rating-histogram .histogram-you")).to_have_text("you")
    expect(page.get_by_role("rowheader", name="4.5 (yours)")).to_be_attached()
    expect(page.locator(".movie-figures")).not_to_have_text(before)


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_alice_gives_a_tag_and_takes_it_back(
    browser: Browser,
    browser_context_args: dict[str, Any],
    sign_in: Callable[[Page, str], str],
    tag: str,
    screen: dict[str, Any],
) -> None:
    context = browser.new_context(**browser_context_args | screen)
    page = context.new_page()
    sign_in(page, "alice")
    page.goto(ADDRESS)
    add(page, f"  {tag.upper()} ")
    expect(chip(page, tag)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text(re.compile("^Tagged", re.IGNORECASE))).to_be_attached()
    expect(page.get_by_label("Add a tag")).to_have_value("")
    page.reload()
    expect(chip(page, tag)).to_have_attribute("aria-pressed", "true")
    chip(page, tag).click()
    expect(chip(page, tag)).to_have_count(0)
    context.close()


def test_bob_joins_a_tag_of_alice_by_keyboard(
    alice_page: Page,
    browser: Browser,
    browser_context_args: dict[str, Any],
    sign_in: Callable[[Page, str], str],
    tag: str,
) -> None:
    alice_page.goto(ADDRESS)
    add(alice_page, tag)
    expect(chip(alice_page, tag)).to_be_visible()
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    sign_in(page, "bob")
    page.goto(ADDRESS)
    expect(page.locator(".tag").first).to_be_visible()
    if page.get_by_role("button", name=re.compile(r"^Show \d+ tags$")).is_visible():
        page.get_by_role("button", name=re.compile(r"^Show \d+ tags$")).click()
    chip(page, tag).focus()
    page.keyboard.press("Enter")
    expect(chip(page, tag)).to_have_attribute("aria-pressed", "true")
    expect(chip(page, tag).locator(".tag-count")).to_contain_text("2")
    expect(chip(page, tag)).to_be_focused()
    context.close()


def test_a_tag_is_completed_from_those_in_use(alice_page: Page, tag: str) -> None:
    page = alice_page
    page.goto(ADDRESS)
    add(page, tag)
    expect(chip(page, tag)).to_be_visible()
    page.get_by_label("Add a tag").press_sequentially(tag[:9])
    expect(page.locator(f'#tag-suggestions option[value="{tag}"]')).to_be_attached()


def test_it_says_what_is_wrong_with_a_tag(alice_page: Page) -> None:
    page = alice_page
    page.goto(ADDRESS)
    add(page, "!!!")
    expect(page.get_by_role("alert")).to_have_text("A tag needs a letter or a digit.")


def test_a_tag_that_is_refused_goes_back_to_what_it_was(alice_page: Page, tag: str) -> None:
    page = alice_page
    page.goto(ADDRESS)
    add(page, tag)
    expect(chip(page, tag)).to_have_attribute("aria-pressed", "true")
    page.route("**/tags/*", lambda route: route.abort())
    chip(page, tag).click()
    expect(page.get_by_text("We cannot reach the site.")).to_be_visible()
    expect(chip(page, tag)).to_have_attribute("aria-pressed", "true")


def test_a_visitor_sees_tags_and_no_field(page: Page, tag: str, alice_page: Page) -> None:
    alice_page.goto(ADDRESS)
    add(alice_page, tag)
    expect(chip(alice_page, tag)).to_be_visible()
    assert alice_page.context.browser is not None
    context = alice_page.context.browser.new_context(base_url=alice_page.url.removesuffix(ADDRESS))
    visitor = context.new_page()
    visitor.goto(ADDRESS)
    expect(visitor.locator(".tag").first).to_be_visible()
    expect(visitor.get_by_label("Add a tag")).to_have_count(0)
    context.close()


def test_similar_movies_leave_out_what_alice_rated_when_she_wishes(alice_page: Page) -> None:
    page = alice_page
    page.goto(ADDRESS)
    row = page.locator("[data-row=similar]")
    first = row.locator("movie-tile").first
    expect(first).to_be_visible()
    address = first.locator(".tile-link").get_attribute("href")
    with saved(page, "PUT"):
        click_stars(first, 4)
    switch = row.get_by_label("Hide what I have seen")
    switch.check()
    expect(row.locator(f'a[href="{address}"]')).to_have_count(0)
    expect(row.locator("movie-tile").first).to_be_visible()
    page.reload()
    expect(switch).to_be_checked()
    expect(row.locator("movie-tile").first).to_be_visible()
    expect(row.locator(f'a[href="{address}"]')).to_have_count(0)
    switch.uncheck()
    expect(row.locator(f'a[href="{address}"]').first).to_be_visible()


def test_a_visitor_has_nothing_to_hide(page: Page) -> None:
    page.goto(ADDRESS)
    expect(page.locator("[data-row=similar] movie-tile").first).to_be_visible()
    expect(page.get_by_label("Hide what I have seen")).to_have_count(0)
