"""Somebody who has not signed in."""

import re

from playwright.sync_api import Page, expect

from tests.browser.stars import click_stars


def test_it_shows_popular_movies_and_finds_titles(page: Page, query: str) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Popular")).to_be_visible()
    expect(page.locator("movie-grid movie-tile")).to_have_count(40)
    page.locator("#search-field").fill(query)
    expect(page.locator("movie-grid movie-tile").first).to_contain_text(re.compile(query, re.IGNORECASE))
    expect(page.get_by_role("status").filter(has_text=re.compile(r"\d movies?$"))).to_be_visible()


def test_it_keeps_the_query_in_the_address_for_reload_and_back(page: Page, query: str) -> None:
    page.goto("/")
    page.locator("#search-field").press_sequentially(query)
    expect(page.get_by_role("heading", name=f"Results for “{query}”")).to_be_visible()
    page.reload()
    expect(page.locator("#search-field")).to_have_value(query)
    expect(page.get_by_role("heading", name=f"Results for “{query}”")).to_be_visible()
    page.go_back()
    expect(page.locator("#search-field")).to_have_value("")
    expect(page.get_by_role("heading", name="Popular")).to_be_visible()


def test_it_goes_on_when_the_list_is_scrolled(page: Page) -> None:
    page.goto("/")
    tiles = page.locator("movie-grid movie-tile")
    expect(tiles).to_have_count(40)
    tiles.last.scroll_into_view_if_needed()
    expect(tiles.nth(79)).to_be_attached()
    addresses = page.locator("movie-grid .tile-link").evaluate_all("links => links.map(link => link.href)")
    assert len(set(addresses)) == len(addresses)


def test_it_answers_a_failing_server_with_a_way_to_try_again(page: Page) -> None:
    page.route("**/api/v1/search*", lambda route: route.fulfill(status=500, body="<h1>Server Error</h1>"))
    page.goto("/")
    expect(page.get_by_text("Something broke on our side. Please try again.")).to_be_visible()
    page.unroute("**/api/v1/search*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()


def test_it_says_so_when_nothing_matches(page: Page) -> None:
    page.goto("/?q=qqqqzzzzxxxx")
    expect(page.get_by_text("No matching movies")).to_be_visible()
    page.get_by_role("button", name="Show popular movies").click()
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()


def test_it_shows_markup_in_a_query_as_text(page: Page) -> None:
    page.goto("/?q=<img src=x onerror=alert(1)>")
    expect(page.get_by_role("heading", name="Results for “<img src=x onerror=alert(1)>”")).to_be_visible()
    assert page.locator("main img[src=x]").count() == 0


def test_it_leads_from_the_stars_to_the_sign_in_and_back(page: Page, query: str) -> None:
    page.goto(f"/?q={query}")
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()
    click_stars(page.locator("movie-grid movie-tile").first, 4)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.locator("form input[name=next]").first.get_attribute("value") == f"/?q={query}"


def test_it_asks_for_a_sign_in_before_personal_pages(page: Page) -> None:
    for address in ("/recommendations/", "/ratings/", "/together/"):
        page.goto(address)
        expect(page).to_have_url(re.compile(rf"/accounts/login/\?next={address}"))


def test_it_says_what_happened_to_a_missing_movie(page: Page) -> None:
    answer = page.goto("/movies/2147483647/")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()


def test_it_searches_from_any_page(page: Page, query: str) -> None:
    page.goto("/accounts/login/")
    page.locator("#search-field").fill(query)
    page.locator("#search-field").press("Enter")
    expect(page.get_by_role("heading", name=f"Results for “{query}”")).to_be_visible()


def test_a_link_to_any_page_has_a_preview_and_an_icon(page: Page, site_url: str) -> None:
    for address in ("/", "/together/?token=sent-by-alice", "/accounts/signup/"):
        page.goto(address)
        assert page.locator('meta[property="og:title"]').get_attribute("content")
        assert page.locator('meta[property="og:description"]').get_attribute("content")
        image = page.locator('meta[property="og:image"]').get_attribute("content") or ""
        assert image.startswith(site_url)
        icons = [link.get_attribute("href") or "" for link in page.locator("link[rel*=icon]").all()]
        assert len(icons) == 2
        for file in (image, *icons):
            answer = page.request.get(file)
            assert answer.ok, file
            assert answer.headers["content-type"].startswith("image/")
