"""The address says what is shown whenever results are shown, so that a reload right after them loses nothing."""

from playwright.sync_api import Page, expect

from tests.browser.stars import rate_popular

N_LINKS = 10
RECORD = """([list, n]) => {
  const first = () => Array.from(list.querySelectorAll("a"), (link) => link.href).slice(0, n).join();
  const before = first();
  globalThis.addresses = new Set();
  const observer = new MutationObserver(() => { if (first() !== before) addresses.add(location.search); });
  observer.observe(list, { childList: true, subtree: true });
}"""
MARK = """async n => {
  const headers = { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content };
  const { results } = await (await fetch(`/api/v1/search?limit=${n}`)).json();
  for (const { movie_id } of results) await fetch(`/api/v1/watchlist/${movie_id}`, { method: "PUT", headers });
}"""


def record_addresses(page: Page, selector: str) -> None:
    """Note the address whenever a list begins with other movies than now, in the task that changes it.

    A list that only grows, as one that fills the window does, keeps its beginning.
    """
    page.evaluate(RECORD, [page.locator(selector).element_handle(), N_LINKS])


def recorded(page: Page) -> list[str]:
    """All addresses the list was changed under since then."""
    return page.evaluate("[...addresses]")  # type: ignore[no-any-return]


def test_a_typed_search_is_in_the_address_with_its_results(page: Page, query: str) -> None:
    page.goto("/")
    expect(page.locator("movie-grid movie-tile")).to_have_count(40)
    record_addresses(page, "movie-grid")
    page.locator("#search-field").fill(query)
    expect(page.get_by_role("heading", name=f"Results for “{query}”")).to_be_visible()
    assert recorded(page) == [f"?q={query}"]
    expect(page).to_have_title(f"{query} · movierec")


def test_a_filter_of_the_search_is_in_the_address_with_its_results(page: Page) -> None:
    page.goto("/")
    expect(page.locator("movie-grid movie-tile")).to_have_count(40)
    record_addresses(page, "movie-grid")
    with page.expect_response("**/api/v1/search?*"):
        page.get_by_label("Genre").select_option("Drama")
    expect(page.locator("movie-grid [aria-busy]")).to_have_count(0)
    assert recorded(page) == ["?genre=Drama"]


def test_a_search_of_my_ratings_is_in_the_address_with_its_results(alice_page: Page) -> None:
    page = alice_page
    rate_popular(page, 3)
    page.goto("/ratings/")
    expect(page.locator(".rating-link")).to_have_count(3)
    title = page.locator(".rating-title").first.inner_text().lower()
    record_addresses(page, "rating-list")
    page.get_by_role("searchbox", name="Search my ratings").fill(title)
    expect(page.locator(".rating-link")).not_to_have_count(3)
    assert recorded(page) == [page.evaluate("location.search")]
    page.reload()
    expect(page.get_by_role("searchbox", name="Search my ratings")).to_have_value(title)


def test_a_dial_of_my_recommendations_is_in_the_address_with_its_list(alice_page: Page) -> None:
    page = alice_page
    rate_popular(page, 5)
    page.goto("/recommendations/")
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()
    record_addresses(page, "movie-grid")
    with page.expect_response("**/api/v1/recommendations?*"):
        page.get_by_label("Genre").select_option("Comedy")
    expect(page.locator("movie-grid [aria-busy]")).to_have_count(0)
    assert recorded(page) == ["?algorithm=als&genre=Comedy"]


def test_the_order_of_my_watchlist_is_in_the_address_with_its_list(alice_page: Page) -> None:
    page = alice_page
    page.evaluate(MARK, 6)
    page.goto("/watchlist/")
    expect(page.locator("movie-grid movie-tile")).to_have_count(6)
    record_addresses(page, "[data-watchlist]")
    with page.expect_response("**/api/v1/watchlist?*"):
        page.get_by_label("Sort by").select_option("title")
    expect(page.locator("[data-watchlist] [aria-busy]")).to_have_count(0)
    assert recorded(page) == ["?order=title"]
