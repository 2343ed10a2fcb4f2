"""Three movies for this evening, alone or with somebody."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.stars import rate_popular

BESIDE = """tile => {
  const [poster, ...words] = ["movie-poster", ".tile-title", ".tile-facts-text", ".tile-reason", "star-rating"]
    .map(part => tile.querySelector(part).getBoundingClientRect());
  return words.every(each => each.left > poster.right && each.right <= innerWidth) && words[0].top < poster.bottom;
}"""


def titles(tiles: Locator) -> list[str]:
    expect(tiles).to_have_count(3)
    return [title or "" for title in (tile.get_attribute("title") for tile in tiles.locator(".tile-title").all())]


def test_it_shows_three_movies_and_three_others_as_long_as_there_is_time(alice_page: Page) -> None:
    rate_popular(alice_page, 5)
    alice_page.goto("/")
    alice_page.get_by_role("link", name="Three movies for tonight").click()
    tiles = alice_page.locator("movie-grid movie-tile")
    first = titles(tiles)
    expect(tiles.first.locator(".tile-reason")).not_to_be_empty()
    with alice_page.expect_response(re.compile("recommendations.*offset=3")):
        alice_page.get_by_role("button", name="Three others").click()
    expect(tiles.locator(".tile-title").first).not_to_have_text(first[0])
    assert not set(first) & set(titles(tiles))
    with alice_page.expect_response(re.compile("recommendations.*runtime=90")):
        alice_page.get_by_role("radio", name="An hour and a half").check()
    expect(tiles.locator(".tile-facts-text", has_text="85 min")).to_have_count(3)
    expect(alice_page).to_have_url(re.compile("runtime=90"))
    alice_page.reload()
    expect(alice_page.get_by_role("radio", name="An hour and a half")).to_be_checked()
    alice_page.go_back()
    expect(alice_page.get_by_role("radio", name="Any")).to_be_checked()
    expect(tiles.locator(".tile-title").first).to_have_text(first[0])
    assert titles(tiles) == first
    alice_page.set_viewport_size({"width": 390, "height": 844})
    for size in ("100%", "200%"):
        alice_page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
        assert [tile.evaluate(BESIDE) for tile in tiles.all()] == [True] * 3, size


def test_it_shows_three_movies_for_two(
    alice_page: Page, browser: Browser, browser_context_args: dict[str, Any], sign_in: Callable[[Page, str], str]
) -> None:
    rate_popular(alice_page, 5)
    alice_page.goto("/tonight/")
    alice_page.get_by_role("button", name="Create a link").click()
    link = alice_page.get_by_label("Your link")
    expect(link).to_have_value(re.compile(r"/tonight/\?token=.+"))
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    sign_in(page, "bob")
    rate_popular(page, 5, first=5)
    page.goto(link.input_value())
    expect(page.get_by_text("Three movies for both of you")).to_be_visible()
    tiles = page.locator("movie-grid movie-tile")
    assert len(set(titles(tiles))) == 3
    with page.expect_response(re.compile("recommendations/group.*runtime=120")):
        page.get_by_role("radio", name="Two hours", exact=True).check()
    expect(tiles).to_have_count(3)
    alice_page.goto(link.input_value())
    expect(alice_page.get_by_text("This is your own link. Send it")).to_be_visible()
    titles(alice_page.locator("movie-grid movie-tile"))
    expect(link).to_have_value(alice_page.url)
    page.goto("/tonight/?token=made-up")
    expect(page.get_by_text("This link does not work")).to_be_visible()
    context.close()
