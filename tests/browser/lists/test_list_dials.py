"""Filters and sliders of the recommendations, and what a rating changes in the list."""

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from recommender.formats.movielens import read_catalogue
from tests.browser.chromium import PHONE
from tests.browser.stars import click_stars, rate_popular, saved


def list_with(page: Page, **parameters: str) -> Any:
    """Wait for the list asked for with these: one of an earlier change may still be on its way."""

    def asked(answer: Response) -> bool:
        url = urlsplit(answer.url)
        query = parse_qs(url.query)
        return url.path.endswith("/recommendations") and all(
            query.get(key) == [value] for key, value in parameters.items()
        )

    return page.expect_response(asked)


@pytest.fixture
def rated_page(alice_page: Page) -> Page:
    """Alice has rated five popular movies and looks at her list."""
    rate_popular(alice_page, 5)
    alice_page.goto("/recommendations/")
    expect(alice_page.locator("movie-grid movie-tile").first).to_be_visible()
    return alice_page


def offered_but_empty(dataset_dir: Path) -> tuple[str, int]:
    """Return a genre and a decade that both have movies, but none in common."""
    movies = read_catalogue(dataset_dir)
    found = {
        (genre, int(year) // 10 * 10)
        for genres, year in zip(movies.genres, movies.years, strict=False)
        for genre in genres
    }
    genres, decades = zip(*sorted(pair for pair in found if pair[1]), strict=False)
    return next(pair for pair in product(genres, decades) if pair not in found)


def test_it_filters_by_genre_and_decade_and_keeps_both_in_the_address(rated_page: Page) -> None:
    page = rated_page
    with list_with(page, genre="Comedy"):
        page.get_by_label("Genre").select_option("Comedy")
    with list_with(page, genre="Comedy", decade="1990") as answered:
        page.get_by_label("Decade").select_option("1990")
    movies = answered.value.json()["results"]
    assert movies
    assert all("Comedy" in movie["genres"] and 1990 <= movie["year"] <= 1999 for movie in movies)
    expect(page).to_have_url(re.compile(r"genre=Comedy.*decade=1990"))
    page.reload()
    expect(page.get_by_label("Genre")).to_have_value("Comedy")
    expect(page.locator("movie-grid movie-tile")).to_have_count(min(len(movies), 100))
    page.go_back()
    expect(page.get_by_label("Decade")).to_have_value("")
    expect(page.get_by_label("Genre")).to_have_value("Comedy")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_label("Genre")).to_have_value("")
    expect(page).not_to_have_url(re.compile("genre="))


def test_it_turns_towards_hidden_gems_and_variety_by_keyboard(rated_page: Page) -> None:
    page = rated_page
    hidden = page.get_by_role("slider", name="Well-known or hidden gems")
    hidden.focus()
    with list_with(page, popularity="-2") as answered:
        page.keyboard.press("End")
    expect(hidden).to_have_attribute("aria-valuetext", "hidden gems")
    expect(hidden).to_be_focused()
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()
    gems = [movie["rating_count"] for movie in answered.value.json()["results"][:20]]
    with list_with(page, popularity="2") as answered:
        page.keyboard.press("Home")
    known = [movie["rating_count"] for movie in answered.value.json()["results"][:20]]
    assert sum(gems) < sum(known)
    page.get_by_role("slider", name="Variety").focus()
    with list_with(page, diversity="0.25"):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"popularity=2.*diversity=0.25"))


def test_it_turns_to_new_releases_and_says_when_there_are_none(rated_page: Page) -> None:
    page = rated_page
    dial = page.get_by_role("slider", name="New releases")
    dial.focus()
    with list_with(page, newness="0.5"):
        page.keyboard.press("ArrowRight")
    expect(dial).to_have_attribute("aria-valuetext", "newer first")
    with list_with(page, newness="1") as answered:
        page.keyboard.press("End")
    expect(page).to_have_url(re.compile("newness=1"))
    years = {movie["year"] for movie in answered.value.json()["results"]}
    assert max(years) - min(years) <= 1
    page.route("**/api/v1/recommendations?*", lambda route: route.fulfill(json={"count": 0, "results": []}))
    page.reload()
    expect(dial).to_have_value("1")
    expect(page.get_by_text("Nothing new for you")).to_be_visible()
    page.unroute("**/api/v1/recommendations?*")
    page.get_by_role("button", name="Show all years").click()
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()
    expect(page).not_to_have_url(re.compile("newness"))


def test_it_shows_a_shared_address_as_it_was(rated_page: Page) -> None:
    with list_with(rated_page, genre="Drama", decade="1980", popularity="-1", diversity="0.5"):
        rated_page.goto("/recommendations/?genre=Drama&decade=1980&popularity=-1&diversity=0.5")
    expect(rated_page.get_by_label("Decade")).to_have_value("1980")
    expect(rated_page.get_by_role("slider", name="Variety")).to_have_value("0.5")


def test_switches_for_experts_are_kept_in_the_address_and_asked_for(rated_page: Page) -> None:
    page = rated_page
    expect(page.get_by_label("All movies of a series")).to_be_hidden()
    page.get_by_text("For experts: what the list may do").click()
    for label, parameter, value in (
        ("Mix in what I may rate below my average", "below_average", "true"),
        ("All movies of a series", "all_of_series", "true"),
        ("The same movies every day", "fresh", "false"),
    ):
        with list_with(page, **{parameter: value}):
            page.get_by_label(label).check()
    expect(page).to_have_url(re.compile(r"below_average=true&all_of_series=true&steady=true"))
    page.reload()
    page.get_by_text("For experts: what the list may do").click()
    expect(page.get_by_label("The same movies every day")).to_be_checked()
    with list_with(page, fresh="true"):
        page.get_by_role("button", name="Clear").click()
    expect(page.get_by_label("Mix in what I may rate below my average")).not_to_be_checked()


def test_it_offers_to_clear_filters_that_nothing_fits(rated_page: Page, dataset_dir: Path) -> None:
    genre, decade = offered_but_empty(dataset_dir)
    rated_page.goto(f"/recommendations/?{urlencode({'genre': genre, 'decade': decade})}")
    expect(rated_page.get_by_text("No movies match these filters")).to_be_visible()
    rated_page.get_by_role("button", name="Clear the filters").click()
    expect(rated_page.locator("movie-grid movie-tile").first).to_be_visible()
    expect(rated_page.get_by_text("No movies match these filters")).to_have_count(0)


def test_it_says_what_a_rating_brought_into_the_list(rated_page: Page) -> None:
    tile = rated_page.locator("movie-grid movie-tile").first
    with saved(rated_page, "PUT") as answered:
        click_stars(tile, 1)
    asked = parse_qs(urlsplit(answered.value.url).query)
    assert asked["list"] == ["20"]
    changes = answered.value.json()["changes"]
    expect(rated_page.locator("[data-changes]")).to_have_text(re.compile(re.escape(changes["sentence"])))
    rated_page.get_by_role("button", name="Show the new list").click()
    expect(rated_page.locator("[data-changes]")).to_be_hidden()
    expect(rated_page.get_by_text(changes["entered"][0]["title"], exact=True).first).to_be_visible()


def test_it_stays_quiet_when_a_rating_changes_nothing(rated_page: Page) -> None:
    same = {"movie_id": 1, "stars": 3, "rated_at": "2026-01-01T00:00:00Z"}
    same |= {"changes": {"entered": [], "left": [], "sentence": "Your list has not changed"}}
    rated_page.route("**/api/v1/ratings/*", lambda route: route.fulfill(json=same))
    click_stars(rated_page.locator("movie-grid movie-tile").nth(3), 3)
    expect(rated_page.locator(".toast", has_text="Your list has not changed.")).to_be_visible()
    expect(rated_page.get_by_role("button", name="Show the new list")).to_be_hidden()
    same["changes"] = {"entered": [{"movie_id": 2, "title": "Two"}], "left": [], "sentence": "Two is new in your list"}
    click_stars(rated_page.locator("movie-grid movie-tile").nth(4), 3)
    expect(rated_page.get_by_text("Two is new in your list.")).to_be_visible()
    rated_page.get_by_role("button", name="Not now").click()
    expect(rated_page.get_by_role("button", name="Show the new list")).to_be_hidden()
    expect(rated_page.locator("#listing-heading")).to_be_focused()


def test_it_folds_the_filters_away_on_a_phone(
    browser: Browser, browser_context_args: dict[str, Any], sign_in: Callable[[Page, str], str]
) -> None:
    context = browser.new_context(**browser_context_args | PHONE)
    page = context.new_page()
    sign_in(page, "bob")
    page.goto("/recommendations/?genre=Drama&popularity=2")
    toggle = page.get_by_role("button", name="Filters")
    expect(toggle).to_contain_text("2 filters on")
    expect(page.get_by_label("Genre")).to_be_hidden()
    toggle.tap()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_label("Genre")).to_have_value("Drama")
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    context.close()
