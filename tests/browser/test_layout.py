"""Narrow and wide screens, both colour schemes, no network."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import PHONE
from tests.browser.stars import rate_popular, saved
from tests.browser.visiting import next_frames, visit

WIDTHS = {"100%": (320, 390, 820, 1440), "200%": (390, 1440)}
A4 = {"width": 703, "height": 1000}
FURNITURE = ("header", "form", "footer", "nav", "button:not(.tag-vote)", "select", "input", "star-rating:not([stars])")
WRONG_ON_PAPER = """() => {
  const style = (element, name) => getComputedStyle(element)[name];
  const named = (element, what) => `${element.localName}.${element.className}: ${what}`;
  const seen = selector => [...document.querySelectorAll(selector)].filter(each => each.checkVisibility());
  const wrong = [];
  const end = document.querySelector("main").getBoundingClientRect().bottom + 1;
  if (document.documentElement.scrollHeight > Math.max(innerHeight, end))
    wrong.push("something hangs below the last line: an empty page");
  if (style(document.documentElement, "backgroundColor") !== "rgb(255, 255, 255)") wrong.push("a dark page");
  for (const each of seen("h1, h2:not(.visually-hidden), .section-head"))
    if (style(each, "breakAfter") !== "avoid") wrong.push(named(each, "may end a page"));
  for (const each of seen("h1"))
    if (each.offsetHeight > 2.5 * parseFloat(style(each, "fontSize"))) wrong.push(named(each, "has many lines"));
  for (const each of seen(".movie-grid > li, .movie-row > li, .rating-line, .movie-details")) {
    if (style(each, "breakInside") !== "avoid") wrong.push(named(each, "may be cut by the end of a page"));
    if (style(each, "contentVisibility") !== "visible") wrong.push(named(each, "may be left out"));
  }
  for (const each of seen(".poster-title"))
    if (each.offsetHeight > each.parentElement.offsetHeight) wrong.push(named(each, "larger than its poster"));
  return wrong;
}"""
CUT_OFF = """() => [...document.body.querySelectorAll("*")].filter(each => {
  const { overflowX, overflowY, webkitLineClamp } = getComputedStyle(each);
  const isMeant = "svg, input, typographic-poster, poster-wall, .visually-hidden";
  return webkitLineClamp === "none" && !each.closest(isMeant) && each.checkVisibility({ visibilityProperty: true }) && (
    /hidden|clip/.test(overflowX) && each.scrollWidth > each.clientWidth + 1 ||
    /hidden|clip/.test(overflowY) && each.scrollHeight > each.clientHeight + 1);
}).map(each => `${each.localName}.${each.className}: ${each.textContent.trim().slice(0, 60)}`)"""
BROKEN_WORDS = """() => [...document.querySelectorAll(".poster-title")].slice(0, 20).flatMap(({ firstChild: text }) =>
  [...text.data.matchAll(/[^\\s-]+/gu)].filter(({ 0: word, index }) => {
    const range = document.createRange();
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    return new Set(Array.from(range.getClientRects(), box => Math.round(box.top))).size > 1;
  }).map(([word]) => word))"""
RECORD_SHIFTS = """
globalThis.totalShift = 0;
const add = entries => { for (const entry of entries) totalShift += entry.value; };
globalThis.shifts = new PerformanceObserver(list => add(list.getEntries()));
shifts.observe({type: "layout-shift"});
globalThis.layoutShift = () => { add(shifts.takeRecords()); return totalShift; };
"""


def test_it_never_scrolls_sideways_and_cuts_off_no_text(
    browser: Browser, browser_context_args: dict[str, Any], sign_in: Callable[[Page, str], str], query: str
) -> None:
    context = browser.new_context(**browser_context_args | PHONE)
    page = context.new_page()
    addresses = ["/", f"/?q={query}", "/movies/1/", "/?q=qqqqzzzz", "/accounts/login/", "/accounts/password/reset/"]
    too_wide = [found for address in addresses for found in too_wide_at(page, address)]
    sign_in(page, "alice")
    rate_popular(page, 5)
    addresses = [
        "/",
        "/recommendations/",
        "/together/",
        "/tonight/",
        "/ratings/",
        "/movies/2/",
        "/account/",
        "/account/imports/",
    ]
    addresses += ["/accounts/email/", "/welcome/", "/watchlist/", "/accounts/password/change/", "/nowhere/"]
    too_wide += [found for address in addresses for found in too_wide_at(page, address)]
    context.close()
    assert too_wide == []


def too_wide_at(page: Page, address: str) -> list[str]:
    """Where the page scrolls sideways; with text twice as large, also what is cut off."""
    visit(page, address)
    found = []
    for size in ("100%", "200%"):
        page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
        for width in WIDTHS[size]:
            page.set_viewport_size({"width": width, "height": 800})
            next_frames(page)  # charts are drawn for the new width
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(f"{address} at {width} px and {size}")
            if width == PHONE["viewport"]["width"]:  # type: ignore[index]
                found += [f"{address} breaks {word} on a poster" for word in page.evaluate(BROKEN_WORDS)]
            if size == "200%":
                found += [f"{address} at {width} px cuts off {text}" for text in page.evaluate(CUT_OFF)]
    return found


def test_it_does_not_move_while_it_loads(page: Page, sign_in: Callable[[Page, str], str], query: str) -> None:
    page.add_init_script(RECORD_SHIFTS)
    shifts = {}
    for address in ("/", f"/?q={query}", "/movies/1/"):
        visit(page, address)
        expect(page.locator("movie-tile:visible").first).to_be_visible()
        shifts[address] = page.evaluate("layoutShift()")
    sign_in(page, "alice")
    page.goto("/")
    for place in range(5):
        stars = page.locator("movie-grid star-rating").nth(place)
        stars.focus()
        with saved(page, "PUT"):
            page.keyboard.press("4")
    for address in ("/", "/recommendations/", "/ratings/", "/movies/2/", "/welcome/"):
        visit(page, address)
        expect(page.locator("movie-tile, .rating-link").first).to_be_visible()
        shifts[f"{address} as alice"] = page.evaluate("layoutShift()")
    assert all(shift < 0.05 for shift in shifts.values()), shifts


def test_it_sets_titles_in_type_when_posters_do_not_come(page: Page) -> None:
    page.goto("/")
    tile = page.locator("movie-grid movie-tile").first
    expect(tile.locator("typographic-poster .poster-title")).to_be_visible()
    expect(tile.locator("img")).to_have_count(0)


def test_it_says_that_it_is_offline_and_recovers(page: Page) -> None:
    page.goto("/")
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    page.locator("#search-field").fill("anything")
    expect(page.get_by_text("We cannot reach the site.")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("We cannot reach the site.")).to_have_count(0)
    expect(page.get_by_text("You are offline.")).to_be_hidden()


def test_it_says_what_to_do_when_an_answer_breaks_off(page: Page) -> None:
    broken = {"body": '{"count": 1, "resul', "content_type": "application/json"}
    page.route("**/api/v1/search?*", lambda route: route.fulfill(**broken))
    page.goto("/")
    expect(page.get_by_text("We cannot reach the site.")).to_be_visible()
    page.unroute("**/api/v1/search?*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()


def painted(page: Page) -> list[str]:
    """Return the page's background, the scheme of its controls, and the colour of the browser's own bar."""
    return list(
        page.evaluate(
            """() => {
              const { backgroundColor, colorScheme } = getComputedStyle(document.documentElement);
              const bar = [...document.querySelectorAll("meta[name=theme-color]")].find(
                ({ media }) => matchMedia(media).matches);
              return [backgroundColor, colorScheme, bar.content];
            }"""
        )
    )


@pytest.mark.parametrize("address", ["/", "/accounts/signup/"])
def test_it_follows_the_colour_scheme_unless_one_is_chosen(page: Page, address: str) -> None:
    dark = ["oklch(0.17 0.015 265)", "dark", "#0c0f15"]
    light = ["oklch(0.98 0.006 90)", "light", "#fbf9f5"]
    for scheme, colours in (("dark", dark), ("light", light)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(address)
        assert painted(page) == colours
    choice = page.get_by_role("contentinfo").get_by_label("Colours")
    chosen = page.locator("meta[name=color-scheme]")
    choice.select_option("Dark")
    expect(chosen).to_have_attribute("content", "dark")
    assert painted(page) == dark
    page.route("**/*.js", lambda route: route.abort())  # the server paints it, no script has to
    page.reload()
    assert painted(page) == dark
    expect(choice).to_have_value("dark")
    page.unroute("**/*.js")
    page.reload()
    choice.select_option("As my system")
    expect(chosen).to_have_attribute("content", "dark light")
    assert painted(page) == light
    page.reload()
    assert painted(page) == light


def test_lists_are_printed_without_what_only_a_screen_needs(alice_page: Page) -> None:
    page = alice_page
    rate_popular(page, 3)
    page.goto("/movies/1/")
    with page.expect_response("**/api/v1/watchlist/1"):
        page.locator("movie-details mark-button[kind=watchlist] button").click()
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size(A4)
    for address in ("/ratings/", "/recommendations/", "/movies/1/", "/watchlist/"):
        visit(page, address)
        expect(page.locator("movie-tile, .rating-line").first).to_be_visible()
        for furniture in FURNITURE:
            assert page.locator(f"{furniture}:visible").count() == 0, f"{address}: {furniture}"
        assert page.evaluate(WRONG_ON_PAPER) == [], address
    page.emulate_media(media="screen")
    page.pdf(format="A4")
    expect(page.locator("[data-printed-from]")).to_contain_text(f"{page.url} · ")


def test_a_printed_rating_takes_one_line_and_a_printed_row_shows_all(alice_page: Page) -> None:
    page = alice_page
    rate_popular(page, 3)
    page.set_viewport_size(A4)
    page.emulate_media(media="print")
    page.goto("/ratings/")
    line = page.locator(".rating-line").first
    expect(line.locator("star-rating")).to_be_visible()
    title, stars = line.locator(".rating-link").bounding_box(), line.locator("star-rating").bounding_box()
    assert title is not None
    assert stars is not None
    assert title["y"] <= stars["y"] <= title["y"] + title["height"]
    page.goto("/movies/1/")
    row = page.locator("movie-row .movie-row")
    expect(row.locator("movie-tile").first).to_be_visible()
    assert row.evaluate("row => row.scrollWidth <= row.clientWidth + 1")


@pytest.mark.parametrize("width", [720, 820, 1024, 1200, 1440])
def test_the_header_stands_on_one_line_and_leaves_room_to_search(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/")
    expect(page.get_by_role("navigation").get_by_role("link", name="Sign up")).to_be_visible()
    boxes = [item.bounding_box() for item in page.locator(".site-nav li:visible").all()]
    assert len({box and box["y"] + box["height"] / 2 for box in boxes}) == 1
    field = page.get_by_label("Search movies").bounding_box()
    assert field is not None
    assert field["width"] >= 150
