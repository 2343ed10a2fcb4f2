"""From signing up to recommendations and back out."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.stars import click_stars, expect_stars, saved, slider


def movie_ids(page: Page) -> list[str]:
    """The movies on the page, in order."""
    links = page.locator("movie-grid movie-tile a")
    expect(links.first).to_be_visible()
    return [href for link in links.all() if (href := link.get_attribute("href"))]


def rate_three(page: Page) -> list[str]:
    """Rate the first three tiles: one by mouse, two by keyboard."""
    tiles = page.locator("movie-grid movie-tile")
    expect(tiles.nth(2)).to_be_visible()
    rated = movie_ids(page)[:3]
    with saved(page, "PUT"):
        click_stars(tiles.nth(0), 4.5)
    expect_stars(tiles.nth(0), 4.5)
    for place, key in ((1, "5"), (2, "End")):
        slider(tiles.nth(place)).focus()
        with saved(page, "PUT"):
            page.keyboard.press(key)
        expect_stars(tiles.nth(place), 5)
    return rated


def test_it_takes_alice_from_sign_up_to_recommendations_and_out_again(
    page: Page, sign_up: Callable[[Page, str], str], query: str
) -> None:
    sign_up(page, "alice")
    page.goto("/")
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type(query)
    expect(page).to_have_url(re.compile(rf"\?q={query}", re.IGNORECASE))
    expect(page.get_by_role("heading", name=f"Results for “{query}”")).to_be_visible()
    expect(page.locator("movie-grid movie-tile").first).to_contain_text(re.compile(query, re.IGNORECASE))
    first = page.locator("movie-grid movie-tile").first
    with saved(page, "PUT"):
        click_stars(first, 4)
    matrix = movie_ids(page)[0]

    page.goto("/")
    rated = [matrix, *rate_three(page)]

    page.get_by_role("link", name="For you", exact=True).click()
    expect(page.locator(".prediction").first).to_be_visible()
    assert not set(rated) & set(movie_ids(page))

    page.get_by_role("link", name="My ratings").click()
    lines = page.locator(".rating-line")
    expect(page.get_by_text(f"You have rated {len(set(rated))} movies.")).to_be_visible()
    title = lines.first.locator(".rating-title").inner_text()
    with saved(page, "DELETE"):
        page.get_by_role("button", name=f"Remove your rating of {title}").click()
    expect(lines.first).to_be_hidden()
    with saved(page, "PUT"):
        page.get_by_role("button", name="Undo").click()
    expect(lines.first).to_be_visible()
    with saved(page, "DELETE"):
        page.get_by_role("button", name=f"Remove your rating of {title}").click()
    page.reload()
    expect(page.get_by_text(f"You have rated {len(set(rated)) - 1} movie")).to_be_visible()
    expect(page.get_by_text(title, exact=True)).to_have_count(0)

    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def test_it_offers_the_new_list_after_a_rating_on_the_recommendations_page(alice_page: Page) -> None:
    page = alice_page
    page.goto("/")
    rate_three(page)
    page.goto("/recommendations/")
    expect(page.locator(".prediction").first).to_be_visible()
    top = movie_ids(page)[0]
    with saved(page, "PUT"):
        click_stars(page.locator("movie-grid movie-tile").first, 1)
    page.get_by_role("button", name="Show the new list").click()
    expect(page.locator(f'movie-grid movie-tile a[href="{top}"]')).to_have_count(0)


def test_it_shows_others_and_keeps_them_in_the_address(alice_page: Page) -> None:
    page = alice_page
    page.goto("/")
    rate_three(page)
    page.goto("/recommendations/")
    first_set = movie_ids(page)
    page.get_by_role("button", name="Show me others").first.click()
    expect(page).to_have_url(re.compile(r"others=\d+"))
    expect(page.get_by_text("you were not shown this week")).to_be_visible()
    others = movie_ids(page)
    assert not set(first_set) & set(others)
    page.reload()
    expect(page.get_by_text("you were not shown this week")).to_be_visible()
    assert movie_ids(page) == others
    page.go_back()
    expect(page.get_by_text("Movies 1 to")).to_be_visible()
    assert movie_ids(page) == first_set


def test_it_says_what_to_do_before_the_first_rating(alice_page: Page) -> None:
    page = alice_page
    page.goto("/ratings/")
    expect(page.get_by_text("No ratings yet")).to_be_visible()
    page.get_by_role("link", name="Find movies to rate").click()
    expect(page.get_by_role("heading", name="Rate five movies you know")).to_be_visible()
    page.goto("/recommendations/?algorithm=als")
    expect(page.get_by_text(re.compile(r"Rate \d+ more movies? you know"))).to_be_visible()


def test_it_opens_a_movie_with_figures_and_neighbours(alice_page: Page, query: str) -> None:
    page = alice_page
    page.goto(f"/?q={query}")
    tile = page.locator("movie-grid movie-tile").first
    title = tile.locator(".tile-title").text_content()
    tile.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_text(re.compile(r"^[\d,]+ ratings?$"))).to_be_visible()
    expect(page.locator("movie-row movie-tile").first).to_be_visible()
    details = page.locator("movie-details")
    with saved(page, "PUT"):
        click_stars(details, 3.5)
    page.reload()
    expect_stars(details, 3.5)
