"""The rows of the home page: what they are about, and no movie in two of them."""

import re

from playwright.sync_api import Page, expect

from tests.browser.stars import rate_popular


def test_rows_say_why_and_no_movie_stands_in_two(alice_page: Page) -> None:
    page = alice_page
    rate_popular(page, 12)
    with page.expect_response(re.compile("recommendations/today/gems")):
        page.goto("/")
    rows = page.locator("[data-row]")
    expect(rows.locator("[aria-busy]")).to_have_count(0)
    expect(page.get_by_role("heading", name=re.compile(r"^Because you gave .+ 5$"))).to_be_visible()
    gems = page.get_by_role("heading", name=re.compile(r"^Gems of the \d{4}s$"))
    expect(gems.or_(page.locator("[data-row=gems][hidden]"))).to_have_count(1)
    links = rows.locator(".tile-link").evaluate_all("links => links.map(link => link.pathname)")
    assert len(links) > 20
    assert len(set(links)) == len(links)
