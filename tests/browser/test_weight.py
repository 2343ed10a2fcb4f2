"""What a page costs: at most 60 KB of our own HTML, CSS and JavaScript on the wire, and nothing from third parties."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response

from tests.browser.visiting import visit

BUDGET = 60 * 1024
PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
OURS = ("document", "stylesheet", "script")
FOR_VISITORS = [
    "/",
    "/?q=alien",
    "/movies/1/",
    "/nowhere/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
]
FOR_ALICE = [
    "/",
    "/movies/1/",
    "/recommendations/",
    "/ratings/",
    "/watchlist/",
    "/welcome/",
    "/together/",
    "/tonight/",
    "/account/",
    "/account/imports/",
    "/account/delete/",
    "/accounts/email/",
    "/accounts/password/change/",
]


def weights(page: Page, addresses: list[str]) -> tuple[dict[str, int], set[str]]:
    """Bytes on the wire by address, and the other hosts that were asked."""
    found, hosts = {}, set()
    page.goto("about:blank")  # ends the requests of the page before
    for address in addresses:
        responses: list[Response] = []
        collect = collector(responses)
        page.on("response", collect)
        visit(page, address)
        page.remove_listener("response", collect)
        hosts |= {urlsplit(response.url).netloc for response in responses} - {urlsplit(page.url).netloc}
        ours = [response.request for response in responses if response.request.resource_type in OURS]
        found[address] = sum(request.sizes()["responseBodySize"] for request in ours)
    return found, hosts


def collector(responses: list[Response]) -> Callable[[Response], None]:
    """A listener of its own for each page."""
    return lambda response: responses.append(response)


@pytest.fixture(autouse=True)
def _empty_cache(page: Page) -> None:
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})


def test_every_page_is_small_and_loads_nothing_from_others(page: Page, sign_in: Callable[[Page, str], str]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    light, hosts = weights(page, FOR_VISITORS)
    sign_in(page, "alice")
    more, others = weights(page, FOR_ALICE)
    light |= {f"{address} as alice": weight for address, weight in more.items()}
    print({address: f"{weight / 1024:.1f} KB" for address, weight in light.items()})
    assert {address: weight for address, weight in light.items() if weight > BUDGET} == {}
    assert hosts | others <= {"image.tmdb.org"}
    outside = {urlsplit(url).netloc for url in asked} - {urlsplit(page.url).netloc, ""}
    assert outside <= {"image.tmdb.org"}


def test_posters_are_lazy_sized_and_send_no_referrer(page: Page) -> None:
    page.route("**/api/v1/search*", lambda route: route.fulfill(json=one_movie()))
    page.route("https://image.tmdb.org/**", lambda route: route.fulfill(body=PIXEL, content_type="image/gif"))
    page.goto("/")
    image = page.locator("movie-grid movie-poster img")
    image.wait_for(state="attached")
    attributes = ("loading", "decoding", "width", "height", "referrerpolicy", "alt")
    assert [image.get_attribute(name) for name in attributes] == ["lazy", "async", "342", "513", "no-referrer", ""]
    page.locator("movie-grid movie-poster img.loaded").wait_for()
    covered = """poster => {
      poster.scrollIntoView({ block: "center", behavior: "instant" });
      const title = poster.querySelector(".poster-title").getBoundingClientRect();
      return document.elementFromPoint(title.left + title.width / 2, title.top + title.height / 2).tagName;
    }"""
    assert page.locator("movie-grid movie-poster").evaluate(covered) == "IMG"


def test_the_policy_allows_nothing_inline(page: Page) -> None:
    answer = page.goto("/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def one_movie() -> dict[str, object]:
    """A search result with a poster."""
    movie = {
        "movie_id": 1, "title": "A movie", "year": 1999, "genres": ["Drama"], "imdb_id": None, "tmdb_id": 1,
        "poster_url": "https://image.tmdb.org/t/p/w342/poster.jpg", "rating_count": 1, "rating_mean": 4, "my_stars": 4,
    }  # fmt: skip
    return {"count": 1, "results": [movie]}
