"""Following a person: the button, the row on the home page, and the list on the watchlist page."""

import re
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.stars import rate_popular
from tests.conftest import url_of

NAME = "Agnès Varda"


@pytest.fixture
def varda(served_database: str) -> Iterator[int]:
    """Somebody who directed the movies 1 to 3."""
    with psycopg.connect(url_of(served_database), autocommit=True) as server:
        row = server.execute(
            "INSERT INTO recommender_person (name, folded_name, n_votes) VALUES (%s, %s, 0) RETURNING id",
            [NAME, "agnes varda"],
        ).fetchone()
        assert row is not None
        server.execute(
            "INSERT INTO recommender_credit (movie_id, work, person_id, place) SELECT id, 1, %s, 0"
            " FROM recommender_movie WHERE id <= 3",
            [row[0]],
        )
        yield int(row[0])
        for table in ("follow", "credit"):
            server.execute(f"DELETE FROM recommender_{table} WHERE person_id = %s", [row[0]])  # type: ignore[arg-type]
        server.execute("DELETE FROM recommender_person WHERE id = %s", [row[0]])


def test_following_somebody_brings_a_row_and_unfollowing_takes_it_away(alice_page: Page, varda: int) -> None:
    page = alice_page
    page.goto(f"/people/{varda}/")
    button = page.get_by_role("button", name=f"Follow {NAME}")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.focus()
    with page.expect_response(f"**/api/v1/following/{varda}"):
        page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".toast")).to_contain_text(f"You follow {NAME}")
    assert violations(page) == []
    page.goto("/")
    row = page.get_by_role("region", name=f"New and unseen by {NAME}")
    expect(row.locator("movie-tile")).to_have_count(3)
    row.get_by_role("link", name="All movies").click()
    expect(page).to_have_url(re.compile(f"/people/{varda}/$"))
    page.goto("/watchlist/")
    page.get_by_text("People you follow").click()
    listed = page.locator("followed-people")
    expect(listed.get_by_role("link", name=NAME)).to_have_attribute("href", f"/people/{varda}/")
    assert violations(page) == []
    with page.expect_response(f"**/api/v1/following/{varda}"):
        listed.get_by_role("button", name=f"Follow {NAME}").click()
    expect(page.locator(".toast")).to_contain_text(f"You no longer follow {NAME}.")
    with page.expect_response(f"**/api/v1/following/{varda}"):
        page.get_by_role("button", name="Undo").click()
    expect(listed.get_by_role("button", name=f"Follow {NAME}")).to_have_attribute("aria-pressed", "true")
    with page.expect_response(f"**/api/v1/following/{varda}"):
        listed.get_by_role("button", name=f"Follow {NAME}").click()
    page.goto("/")
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()
    expect(page.get_by_text(f"New and unseen by {NAME}")).to_have_count(0)
    page.goto("/watchlist/#people")
    expect(page.get_by_text("You follow nobody.")).to_be_visible()


def test_it_goes_back_when_following_fails(alice_page: Page, varda: int) -> None:
    page = alice_page
    page.goto(f"/people/{varda}/")
    page.route("**/api/v1/following/*", lambda route: route.fulfill(status=500, json={}))
    button = page.get_by_role("button", name=f"Follow {NAME}")
    button.click()
    expect(page.locator(".toast")).to_contain_text("Something broke on our side.")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.unroute("**/api/v1/following/*")
    with page.expect_response("**/api/v1/following/*"):
        page.get_by_role("button", name="Try again").click()
    expect(button).to_have_attribute("aria-pressed", "true")


def test_a_reason_names_somebody_with_a_link_and_why_says_with_which_movies(
    alice_page: Page, varda: int, served_database: str
) -> None:
    page = alice_page
    rate_popular(page, 5)
    with psycopg.connect(url_of(served_database), autocommit=True) as server:
        server.execute(
            "INSERT INTO recommender_credit (movie_id, work, person_id, place) SELECT id, 2, %s, 0"
            " FROM recommender_movie WHERE id NOT IN (SELECT movie_id FROM recommender_rating WHERE half_stars < 7"
            " AND rater_id = (SELECT max(id) FROM recommender_rater WHERE user_id IS NOT NULL))",  # Alice is the latest
            [varda],
        )
    page.goto("/recommendations/")
    tile = page.locator("movie-grid movie-tile", has=page.get_by_role("link", name=NAME, exact=True)).first
    expect(tile.locator(".tile-reason")).to_have_text(f"Because you like {NAME}")
    expect(tile.locator(".tile-reason a")).to_have_attribute("href", f"/people/{varda}/")
    page.goto(tile.locator(".tile-link").get_attribute("href") or "")
    expect(page.locator(".for-you-reason a")).to_have_attribute("href", f"/people/{varda}/")
    page.get_by_text("Why?").click()
    expect(page.locator(".why-panel p").first).to_contain_text(re.compile(f"^You like .* with {NAME}: "))
    assert violations(page) == []


def test_a_visitor_is_asked_to_sign_in(page: Page, varda: int) -> None:
    page.goto(f"/people/{varda}/")
    page.get_by_role("link", name="Sign in to follow").click()
    expect(page).to_have_url(re.compile(f"/accounts/login/.next=/people/{varda}/"))
