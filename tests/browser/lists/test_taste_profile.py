"""The choice of algorithm and what it has learned about me, on the recommendations page."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.account.test_welcome import WCAG
from tests.browser.stars import click_stars, rate_popular, saved

PROFILES = "**/api/v1/profile?*"
LISTS = "**/api/v1/recommendations?*"
OTHERS = "**/api/v1/recommendations/others?*"


@pytest.fixture
def rated_page(alice_page: Page) -> Page:
    """Alice has rated six popular movies."""
    rate_popular(alice_page, 6)
    return alice_page


def scroll_to_profile(page: Page) -> None:
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()
    page.locator("taste-profile").scroll_into_view_if_needed()


def choose(page: Page, label: str) -> None:
    """Choose an algorithm in the fold for experts, which is closed until then."""
    radio = page.get_by_role("radio", name=label, exact=True)
    if not radio.is_visible():
        page.get_by_text("For experts: compare algorithms").click()
    radio.check()


def test_one_list_is_for_everybody_and_a_fold_compares_algorithms(rated_page: Page) -> None:
    page = rated_page
    page.goto("/recommendations/")
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(0)
    expect(page.locator(".experts [data-now]")).to_be_empty()
    with page.expect_response(LISTS) as answered:
        choose(page, "Latent factors, 3")
    assert answered.value.json()["algorithm"] == "als_3"
    labels = page.locator(".algorithm strong").all_inner_texts()
    assert labels[0] == "Latent factors"  # not measured, so by preference
    assert {"Tag least squares", "Mean", "Latent factors, 3"} <= set(labels)
    expect(page.locator(".experts [data-now]")).to_have_text("Your list is from “Latent factors, 3”.")


def test_the_choice_follows_its_user_to_another_browser(
    rated_page: Page, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    page = rated_page
    page.goto("/recommendations/")
    with page.expect_response("**/api/v1/preferences") as answered:
        choose(page, "Tag least squares")
    assert answered.value.status == 200
    context = browser.new_context(**browser_context_args, storage_state=page.context.storage_state())
    other = context.new_page()
    with other.expect_response(LISTS) as list_answered:
        other.goto("/recommendations/")
    assert list_answered.value.json()["algorithm"] == "tag_ls"
    other.get_by_text("For experts: compare algorithms").click()
    expect(other.get_by_role("radio", name="Tag least squares")).to_be_checked()
    context.close()


def test_it_says_how_many_ratings_are_missing_and_offers_what_works_now(alice_page: Page) -> None:
    page = alice_page
    rate_popular(page, 2)
    page.goto("/recommendations/")
    with page.expect_response("**/api/v1/preferences") as answered:
        choose(page, "Tag least squares")
    assert answered.value.status == 409
    expect(page.get_by_text("Rate 3 more movies you know")).to_be_visible()
    page.get_by_role("button", name="Use Latent factors for now").click()
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()
    page.goto("/recommendations/")
    page.get_by_text("For experts: compare algorithms").click()
    expect(page.get_by_role("radio", name="Latent factors", exact=True)).to_be_checked()


def test_it_names_latent_factors_by_movies(rated_page: Page) -> None:
    page = rated_page
    page.goto("/recommendations/?algorithm=als_3")
    with page.expect_response(PROFILES) as answered:
        scroll_to_profile(page)
    mine = answered.value.json()
    expect(page.get_by_role("heading", name="What “Latent factors, 3” knows about you")).to_be_visible()
    expect(page.get_by_text(f"From 6 ratings. {mine['generosity']}")).to_be_visible()
    assert 0 < len(mine["axes"]) <= 3
    expect(page.locator("taste-profile bar-chart rect")).to_have_count(len(mine["axes"]))
    page.get_by_text(re.compile(r"^All \d dimensions? as a table$")).click()
    table = page.locator("taste-profile .table-scroll table").first
    expect(table).to_contain_text(mine["axes"][0]["liked"][0]["title"])
    expect(table).to_contain_text(mine["axes"][0]["other"][0]["title"])
    page.get_by_text("The 3 raw factors as a table").click()
    expect(page.get_by_role("row", name=re.compile("^factor 1"))).to_be_visible()


def test_it_follows_the_algorithm_and_the_ratings(rated_page: Page) -> None:
    page = rated_page
    page.goto("/recommendations/")
    scroll_to_profile(page)
    expect(page.get_by_text("From 6 ratings.")).to_be_visible()
    with page.expect_response(PROFILES) as answered:
        choose(page, "Tag least squares")
        scroll_to_profile(page)
    assert answered.value.json()["algorithm"] == "tag_ls"
    expect(page.locator("taste-profile").get_by_role("heading", name="Genres")).to_be_visible()
    with page.expect_response(PROFILES), saved(page, "PUT"):
        click_stars(page.locator("movie-grid movie-tile").last, 1)
    expect(page.get_by_text("From 7 ratings.")).to_be_visible()


def test_the_mean_says_that_it_learns_nothing_else(rated_page: Page) -> None:
    rated_page.goto("/recommendations/?algorithm=mean")
    scroll_to_profile(rated_page)
    expect(rated_page.get_by_text("It learns nothing else about you")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1440])
def test_it_gives_axe_nothing_to_report(rated_page: Page, width: int) -> None:
    rated_page.set_viewport_size({"width": width, "height": 900})
    rated_page.goto("/recommendations/?algorithm=als_3")
    scroll_to_profile(rated_page)
    expect(rated_page.locator("taste-profile bar-chart svg").first).to_be_visible()
    rated_page.get_by_text("For experts: compare algorithms").click()
    assert Axe().run(rated_page, context=".experts", options={"runOnly": WCAG}).response["violations"] == []
    assert Axe().run(rated_page, context="taste-profile", options={"runOnly": WCAG}).response["violations"] == []
    assert not rated_page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_others_are_what_was_not_shown_this_week_until_nothing_is_left(rated_page: Page) -> None:
    page = rated_page
    with page.expect_response(LISTS) as answered:
        page.goto("/recommendations/")
    seen = {movie["movie_id"] for movie in answered.value.json()["results"]}
    for _ in range(3):
        with page.expect_response(OTHERS) as answered:
            page.get_by_role("button", name="Show me others").first.click()
        others = {movie["movie_id"] for movie in answered.value.json()["results"]}
        expect(page.locator("movie-grid movie-tile")).to_have_count(100)
        assert len(others) == 100
        assert not others & seen
        seen |= others
    page.route(OTHERS, lambda route: route.fulfill(json={"count": 0, "algorithm": "als", "results": []}))
    page.get_by_role("button", name="Show me others").first.click()
    expect(page.get_by_text("You have been shown everything this week")).to_be_visible()
    page.get_by_role("button", name="Back to the top of my list").click()
    expect(page).not_to_have_url(re.compile("others="))
    expect(page.locator("movie-grid movie-tile")).to_have_count(100)


def test_what_was_shown_is_forgotten_after_a_week_and_by_signing_out(rated_page: Page) -> None:
    page = rated_page
    page.goto("/recommendations/")
    expect(page.locator("movie-grid movie-tile")).to_have_count(100)
    week_ago = """() => {
      const shown = JSON.parse(localStorage.getItem("movierec-shown")).map(([id, at]) => [id, at - 7 * 864e5]);
      localStorage.setItem("movierec-shown", JSON.stringify(shown));
    }"""
    page.evaluate(week_ago)
    with page.expect_request(OTHERS) as asked:
        page.get_by_role("button", name="Show me others").first.click()
    assert asked.value.post_data_json == {"shown": []}
    page.context.clear_cookies()
    page.goto("/")
    assert page.evaluate("localStorage.getItem('movierec-shown')") is None


def test_the_new_list_comes_without_a_flash_and_marks_what_is_new(rated_page: Page) -> None:
    page = rated_page
    page.goto("/recommendations/")
    tile = page.locator("movie-grid movie-tile").first
    expect(tile).to_be_visible()
    length = page.evaluate("history.length")
    with saved(page, "PUT"):
        click_stars(tile, 1)
    page.evaluate("""() => { window.flashes = 0; new MutationObserver(() => {
      window.flashes += document.querySelectorAll('movie-grid .tile-skeleton').length;
    }).observe(document.querySelector('movie-grid'), {childList: true, subtree: true}); }""")
    with page.expect_response(LISTS):
        page.get_by_role("button", name="Show the new list").click()
    expect(page.locator(".tile-new").first).to_be_attached()
    assert page.evaluate("window.flashes") == 0
    assert page.evaluate("history.length") == length
    new = set(page.locator(".tile-new .tile-title").all_inner_texts())
    assert 0 < len(new) < 60
