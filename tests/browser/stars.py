"""How a person uses the star slider."""

from playwright.sync_api import Locator, Page, expect


def slider(tile: Locator) -> Locator:
    """The stars of a tile or line."""
    return tile.locator("star-rating")


def click_stars(tile: Locator, stars: float) -> None:
    """Click where this many stars end."""
    box = slider(tile).bounding_box()
    assert box is not None
    slider(tile).click(position={"x": box["width"] * stars / 5 - 2, "y": box["height"] / 2})


def expect_stars(tile: Locator, stars: float) -> None:
    """The slider shows and announces this value; 0 is no rating."""
    expect(slider(tile)).to_have_attribute("aria-valuenow", f"{stars:g}")


def saved(page: Page, method: str) -> object:
    """Wait for the answer to a rating: `with saved(page, "PUT"): ...`."""
    return page.expect_response(lambda answer: "/api/v1/ratings/" in answer.url and answer.request.method == method)


def rate_popular(page: Page, n_movies: int, *, first: int = 0) -> None:
    """Give two or five stars, in turn, to popular movies from the place `first` on, through the open page's API."""
    page.evaluate(
        """async ([first, n]) => {
          const token = document.querySelector('meta[name=csrf-token]').content;
          const headers = {'X-CSRFToken': token, 'Content-Type': 'application/json'};
          const {results} = await (await fetch(`/api/v1/search?offset=${first}&limit=${n}`)).json();
          for (const [place, {movie_id}] of results.entries()) {
            const body = JSON.stringify({stars: (first + place) % 2 ? 5 : 2});
            const answer = await fetch(`/api/v1/ratings/${movie_id}`, {method: 'PUT', headers, body});
            if (!answer.ok) throw new Error(`${answer.status} to a rating`);
          }
        }""",
        [first, n_movies],
    )
