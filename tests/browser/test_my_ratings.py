"""My ratings: search, sort, filter, edit in place, statistics, and thousands of rows."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.account.test_welcome import WCAG
from tests.browser.chromium import PHONE
from tests.browser.stars import click_stars, expect_stars, rate_popular, saved
from tests.browser.visiting import next_frames

LISTS = "**/api/v1/ratings?*"
N_MANY = 5_000
N_PAGES_DRAWN = """() => Array.from(document.querySelectorAll(".rating-page > :first-child"))
  .filter(line => line.checkVisibility({ contentVisibilityAuto: true })).length"""


@pytest.fixture
def rated_page(alice_page: Page) -> Page:
    """Alice has rated six popular movies and looks at them."""
    rate_popular(alice_page, 6)
    alice_page.goto("/ratings/")
    expect(alice_page.locator(".rating-link")).to_have_count(6)
    return alice_page


def titles(page: Page) -> list[str]:
    return page.locator(".rating-line:visible .rating-title").all_text_contents()


def test_it_searches_as_one_types_and_keeps_it_in_the_address(rated_page: Page) -> None:
    page = rated_page
    wanted = titles(page)[2]
    field = page.get_by_role("searchbox", name="Search my ratings")
    with page.expect_response(LISTS):
        field.fill(wanted.lower())
    expect(page.locator(".rating-title", has_text=wanted)).to_be_visible()
    expect(page).to_have_url(re.compile("q="))
    expect(page.locator(".rating-link")).not_to_have_count(6)
    page.reload()
    expect(field).to_have_value(wanted.lower())
    expect(page.locator(".rating-title", has_text=wanted)).to_be_visible()
    page.go_back()
    expect(page.locator(".rating-link")).to_have_count(6)
    expect(field).to_have_value("")


def test_it_sorts_and_filters_and_goes_back(rated_page: Page) -> None:
    page = rated_page
    with page.expect_response(LISTS):
        page.get_by_label("Sort by").select_option("title")
    expect(page).to_have_url(re.compile("sort=title"))
    expect(page.locator(".rating-list[aria-busy]")).to_have_count(0)
    assert titles(page) == sorted(titles(page), key=str.casefold)
    with page.expect_response(LISTS):
        page.get_by_label("My stars").select_option("5")
    expect(page.locator(".rating-link")).to_have_count(3)
    expect(page.get_by_text("3 movies", exact=True)).to_be_visible()
    page.go_back()
    expect(page.locator(".rating-link")).to_have_count(6)
    expect(page.get_by_label("Sort by")).to_have_value("title")
    expect(page.get_by_label("My stars")).to_have_value("")


def test_it_offers_everything_when_nothing_fits(rated_page: Page) -> None:
    rated_page.goto("/ratings/?q=qqqqzzzz&decade=1890")
    expect(rated_page.get_by_text("No matching ratings")).to_be_visible()
    rated_page.get_by_role("button", name="Show all your ratings").click()
    expect(rated_page.locator(".rating-link")).to_have_count(6)
    expect(rated_page).to_have_url(re.compile("/ratings/$"))


def test_it_edits_in_place_and_brings_back_what_was_removed(rated_page: Page) -> None:
    page = rated_page
    page.goto("/ratings/?sort=lowest")
    line = page.locator(".rating-line").nth(1)
    title = line.locator(".rating-title").text_content() or ""
    with saved(page, "PUT"):
        click_stars(line, 4.5)
    expect_stars(line, 4.5)
    assert line.locator(".rating-title").text_content() == title
    with saved(page, "DELETE"):
        page.get_by_role("button", name=f"Remove your rating of {title}").click()
    expect(line).to_be_hidden()
    expect(page.get_by_text("You have rated 5 movies.")).to_be_visible()
    with saved(page, "PUT"):
        page.get_by_role("button", name="Undo").click()
    expect_stars(line, 4.5)
    expect(page.get_by_text("You have rated 6 movies.")).to_be_visible()


def test_it_puts_the_stars_back_when_the_server_refuses(rated_page: Page) -> None:
    line = rated_page.locator(".rating-line").first
    before = line.locator("star-rating").get_attribute("aria-valuenow")
    rated_page.route("**/api/v1/ratings/*", lambda route: route.abort())
    click_stars(line, 3.5)
    expect(rated_page.get_by_text("We cannot reach the site.")).to_be_visible()
    expect_stars(line, float(before or 0))


def test_it_tells_how_i_rate_and_follows(rated_page: Page) -> None:
    page = rated_page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.reload()
    facts = page.locator(".statistics-facts")
    expect(facts).to_contain_text("Your average is 3.5 stars.")
    expect(facts).to_contain_text(re.compile(r"than everyone else|as generously as"))
    expect(page.locator("column-chart rect")).to_have_count(10)
    row = page.get_by_role("row", name=re.compile("^5 "))
    expect(row).to_contain_text("3")
    with page.expect_response("**/ratings/statistics"), saved(page, "PUT"):
        click_stars(page.locator(".rating-line").last, 5)
    expect(row).to_contain_text("4")


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_it_gives_axe_nothing_to_report(rated_page: Page, width: int) -> None:
    rated_page.set_viewport_size({"width": width, "height": 900})
    rated_page.goto("/ratings/?sort=title")
    if width < 1200:
        rated_page.get_by_text("How you rate").click()
    expect(rated_page.locator("column-chart svg")).to_be_visible()
    assert Axe().run(rated_page, options={"runOnly": WCAG}).response["violations"] == []
    assert not rated_page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_it_works_on_a_phone(
    browser: Browser, browser_context_args: dict[str, Any], sign_in: Callable[[Page, str], str]
) -> None:
    context = browser.new_context(**browser_context_args | PHONE)
    page = context.new_page()
    sign_in(page, "bob")
    rate_popular(page, 2)
    page.goto("/ratings/")
    expect(page.locator("column-chart svg")).to_be_hidden()
    page.get_by_text("How you rate").tap()
    expect(page.locator("column-chart svg")).to_be_visible()
    page.get_by_label("Sort by").select_option("lowest")
    expect(page).to_have_url(re.compile("sort=lowest"))
    expect(page.locator("star-rating").first).to_have_attribute("aria-valuenow", "2")
    context.close()


@pytest.mark.slow
def test_it_draws_only_what_is_near_the_window_of_five_thousand_ratings(rated_page: Page) -> None:
    page = rated_page
    movie = {"year": 1999, "genres": ["Drama"], "imdb_id": None, "tmdb_id": None, "poster_url": None}
    movie |= {"rating_count": 9, "rating_mean": 3.9, "my_stars": 4.0, "rated_at": "2026-01-01T00:00:00Z"}

    def many(route: Any) -> None:
        query = dict(pair.split("=") for pair in route.request.url.split("?")[1].split("&") if pair)
        first = int(query["offset"])
        numbers = range(first, min(first + int(query["limit"]), N_MANY))
        results = [movie | {"movie_id": 10_000 + n, "title": f"Movie {n}"} for n in numbers]
        route.fulfill(json={"count": N_MANY, "results": results})

    page.route(LISTS, many)
    page.goto("/ratings/")
    expect(page.get_by_text("You have rated 5,000 movies.")).to_be_visible()
    links = page.locator(".rating-link")
    while (loaded := links.count()) < N_MANY:
        page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
        expect(links).not_to_have_count(loaded)
    for place in (0, 0.5, 1):
        page.evaluate("place => scrollTo({top: place * document.body.scrollHeight, behavior: 'instant'})", place)
        next_frames(page)
        assert 1 <= page.evaluate(N_PAGES_DRAWN) <= 4, place
    page.route(re.compile(r"/api/v1/ratings/\d+"), lambda route: None)  # no answer
    shown = page.evaluate(
        """() => {
          const stars = document.querySelectorAll('star-rating')[2500];
          stars.rate(1);
          return stars.getAttribute('aria-valuenow');
        }"""
    )
    assert shown == "1"


@pytest.mark.parametrize("size", ["100%", "200%"])
def test_charts_grow_with_the_text_and_stay_in_their_frame(rated_page: Page, size: str) -> None:
    page = rated_page
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto("/ratings/")
    page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
    page.get_by_text("How you rate").click()
    figure = page.locator("bar-chart .chart-figure").first
    expect(figure).to_be_visible()
    usual = 15  # the height of a line of small text, rounded up
    assert figure.evaluate("text => text.getBoundingClientRect().height") > (2 * usual - 5 if size == "200%" else 0)
    outside = """svg => [...svg.querySelectorAll("text")].filter(text => {
      const [inner, frame] = [text, svg].map(each => each.getBoundingClientRect());
      return inner.width && (inner.left < frame.left - 1 || inner.right > frame.right + 1);
    }).map(text => text.textContent)"""
    for chart in page.locator(":is(bar-chart, column-chart) svg").all():
        assert chart.evaluate(outside) == []
    edges = """texts => texts.map(text => text.getBoundingClientRect()).filter(box => box.width)
      .map(box => [box.left, box.right])"""
    labels = page.locator("column-chart .chart-axis").evaluate_all(edges)
    assert all(first[1] <= second[0] for first, second in pairwise(labels))
