"""What we expect of someone, how sure that is and why: on tiles and on the movie page."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.browser.stars import click_stars, rate_popular, saved

MOVIE = {"movie_id": 1, "title": "Alien", "year": 1979, "genres": ["Horror"], "imdb_id": None, "tmdb_id": None}
MOVIE |= {"poster_url": None, "rating_count": 5, "rating_mean": 4.1, "my_stars": None}


@pytest.fixture
def rated_page(alice_page: Page) -> Page:
    """Alice has rated five popular movies."""
    rate_popular(alice_page, 5)
    return alice_page


@pytest.fixture
def unrated(rated_page: Page) -> str:
    """Address of a movie alice has not rated: the tenth of her recommendations, which a single rating can move."""
    rated_page.goto("/recommendations/")
    return rated_page.locator("movie-grid .tile-link").nth(9).get_attribute("href") or ""


def answer_with(page: Page, **recommendation: Any) -> None:
    """Let the list be this one recommendation."""
    answer = {"count": 1, "algorithm": "als", "results": [MOVIE | recommendation]}
    page.route("**/api/v1/recommendations?*", lambda route: route.fulfill(json=answer))


def test_it_shows_figure_interval_and_reason_on_the_recommendations(rated_page: Page) -> None:
    with rated_page.expect_response("**/api/v1/recommendations?*") as answered:
        rated_page.goto("/recommendations/")
    movies = answered.value.json()["results"]
    tiles = rated_page.locator("movie-grid movie-tile")
    expect(tiles).to_have_count(len(movies))
    matches = [movie["match_percent"] for movie in movies]
    assert matches == sorted(matches, reverse=True)
    assert tiles.locator(".prediction-match").all_text_contents() == [f"{match} % match" for match in matches]
    figures = [f"{movie['predicted_stars']:.1f}" for movie in movies]
    shown = tiles.locator(".prediction-stars").all_text_contents()
    assert all(abs(float(a) - float(b)) < 0.11 for a, b in zip(figures, shown, strict=True))
    expect(tiles.locator(".prediction-interval")).to_have_count(len(movies))
    reasons = [movie["sentence"] for movie in movies if movie["sentence"]]
    assert reasons
    assert tiles.locator(".tile-reason").all_text_contents() == reasons


@pytest.mark.parametrize(
    ("stars", "interval", "shown"),
    [
        (4.2, [3.8, 4.6], "4.2 ± 0.4"),
        (4.83, [3.9, 5.0], "4.8 ± 0.9"),
        (5.0, [4.15, 5.0], "5.0 ± 0.9"),
        (0.7, [0.5, 2.1], "0.7 ± 1.4"),
        (3.0, None, "3.0"),
    ],
)
def test_it_writes_an_interval_that_the_scale_cuts_with_its_longer_side(
    rated_page: Page, stars: float, interval: list[float] | None, shown: str
) -> None:
    answer_with(rated_page, predicted_stars=stars, interval=interval, sentence="")
    rated_page.goto("/recommendations/")
    figure = rated_page.locator("movie-grid .prediction > [aria-hidden]")
    expect(figure).to_have_text(shown)
    expect(rated_page.locator("movie-grid .tile-reason")).to_have_count(0)


def test_it_takes_the_figures_of_the_new_list_for_a_movie_that_stays(rated_page: Page) -> None:
    answer_with(rated_page, predicted_stars=4.0, interval=None, sentence="Because you rated Heat")
    rated_page.goto("/recommendations/")
    expect(rated_page.locator("movie-grid .tile-reason")).to_have_text("Because you rated Heat")
    rated_page.get_by_label("Genre").select_option(index=1)
    expect(rated_page).to_have_url(re.compile("genre="))
    answer_with(rated_page, predicted_stars=2.0, interval=None, sentence="Because you rated Ran")
    rated_page.go_back()
    expect(rated_page.locator("movie-grid .tile-reason")).to_have_text("Because you rated Ran")
    expect(rated_page.locator("movie-grid .prediction-stars")).to_have_text("2.0")


def test_it_says_what_it_expects_on_the_movie_page_and_why(rated_page: Page, unrated: str) -> None:
    page = rated_page
    with page.expect_response("**/explanation*") as answered:
        page.goto(unrated)
    why = answered.value.json()
    expect(page.locator(".for-you")).to_contain_text(f"{why['predicted_stars']:.1f}")
    expect(page.locator(".for-you-reason")).to_contain_text(why["sentence"])
    expect(page.locator(".for-you + .for-you-reason")).to_be_visible()  # nothing stands between them
    expect(page.locator(".why-panel")).to_be_hidden()
    page.get_by_text("Why?", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Without your ratings we would expect {why['offset']:.1f} stars.")).to_be_visible()
    expect(page.locator("contribution-chart rect")).to_have_count(5)
    rows = page.locator("contribution-chart").get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(6)
    strongest = max(why["contributions"], key=lambda each: abs(each["ranking_contribution"]))
    expect(rows.nth(1)).to_contain_text(strongest["title"])
    expect(rows.nth(1)).to_contain_text(strongest["sentence"])
    expect(page.get_by_text(f"This movie is number {why['rank']} on your list.")).to_be_visible()
    for moved in why["counterfactuals"]:
        sentence = f"Without your rating of {moved['title']} it would be number {moved['rank_without']:,}."
        expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.get_by_text("it would stay where it is")).to_have_count(0)


def explain_with(page: Page, **parts: Any) -> None:
    """Let the explanation have these parts."""

    def answer(route: Route) -> None:
        route.fulfill(json=route.fetch().json() | parts)

    page.route("**/explanation*", answer)


def contribution(number: int, added: float, *, stars: float = 4.0, sentence: str = "") -> dict[str, Any]:
    said = sentence or ("Counts for it" if added > 0 else "Counts against it")
    figures = {"my_stars": stars, "contribution": added / 100, "ranking_contribution": added}
    return {"movie_id": number, "title": f"Movie {number}", "sentence": said} | figures


def test_it_adds_all_ratings_up_in_the_chart(rated_page: Page, unrated: str) -> None:
    contributions = [contribution(n, (-1) ** n * n) for n in range(30, 0, -1)]
    explain_with(rated_page, offset=3.5, predicted_stars=3.65, contributions=contributions)
    rated_page.goto(unrated)
    rated_page.get_by_text("Why?", exact=True).click()
    expect(rated_page.locator("contribution-chart rect")).to_have_count(9)
    expect(rated_page.get_by_role("row", name="22 other ratings")).to_be_attached()
    figures = rated_page.locator("contribution-chart td:last-child").all_inner_texts()
    total = sum(float(figure.replace("−", "-").removesuffix(" %")) for figure in figures)
    assert total == pytest.approx(100 * 15 / 465, abs=3)  # nine rounded figures
    expect(rated_page.get_by_text("Your 30 ratings make it 3.7.")).to_be_visible()


def test_it_says_of_disliked_movies_what_they_are(rated_page: Page, unrated: str) -> None:
    said = "You disliked Movie 2; people who did tend to like this"
    contributions = [
        contribution(1, 4.0),
        contribution(2, 3.0, stars=1.0, sentence=said),
        contribution(3, -1.0, stars=1.5),
    ]
    moved = {"movie_id": 1, "title": "Movie 1", "rank": 3, "rank_without": 40}
    explain_with(
        rated_page, contributions=contributions, counterfactuals=[moved], rank=3, sentence="Because you rated Movie 1"
    )
    rated_page.goto(unrated)
    rated_page.get_by_text("Why?", exact=True).click()
    lines = rated_page.locator(".counterfactuals li")
    expect(lines).to_have_text(
        [
            "This movie is number 3 on your list.",
            "Without your rating of Movie 1 it would be number 40.",
            f"{said}.",
        ]
    )
    rows = rated_page.locator("contribution-chart").get_by_role("row")
    expect(rows.nth(3)).to_contain_text("Movie 31.5Counts against it−13 %")


def test_the_page_of_a_sequel_says_what_to_start_with_and_why_says_what_a_movie_stands_for(
    rated_page: Page, unrated: str
) -> None:
    def answer(route: Route) -> None:
        changed = {
            "start_with": {"movie_id": 1, "title": "Toy Story"},
            "stands_for": {"movie_id": 3114, "title": "Toy Story 2"},
            "match_percent": 82,
        }
        route.fulfill(json=route.fetch().json() | changed)

    rated_page.route("**/explanation?*", answer)
    rated_page.goto(unrated)
    expect(rated_page.locator(".for-you .prediction-match")).to_have_text("82 % match")
    expect(rated_page.get_by_role("link", name="Toy Story", exact=True)).to_have_attribute("href", "/movies/1/")
    rated_page.get_by_text("Why?", exact=True).click()
    expect(rated_page.get_by_text("It stands where your ratings put Toy Story 2")).to_be_visible()
    expect(rated_page.locator(".why-panel").get_by_text("people like 82 in 100 (3.5 stars or more).")).to_be_visible()


def test_after_a_rating_it_says_what_it_had_expected(rated_page: Page) -> None:
    answer_with(rated_page, movie_id=100_001, predicted_stars=4.44, interval=[3.6, 5.0], sentence="")
    rating = {"movie_id": 100_001, "stars": 4.5, "rated_at": "2026-01-01T00:00:00Z", "changes": None}
    rated_page.route("**/api/v1/ratings/100001*", lambda route: route.fulfill(json=rating))
    rated_page.goto("/recommendations/")
    click_stars(rated_page.locator("movie-grid movie-tile"), 4.5)
    expect(rated_page.locator(".toast")).to_have_text("We said 4.4, you gave 4.5.")


def test_without_a_prediction_it_had_expected_nothing(rated_page: Page) -> None:
    rated_page.goto("/?order=title")
    with saved(rated_page, "PUT"):
        click_stars(rated_page.locator("movie-grid movie-tile").first, 4.5)
    expect(rated_page.locator(".toast")).to_have_count(0)


def test_the_watchlist_by_expected_stars_shows_them_in_that_order(rated_page: Page) -> None:
    page = rated_page
    page.goto("/recommendations/")
    for place in range(8):
        with page.expect_response("**/api/v1/watchlist/*"):
            page.locator("movie-grid .tile-facts mark-button button").nth(3 * place).click()
    page.goto("/watchlist/?order=predicted")
    tiles = page.locator("[data-watchlist] movie-tile")
    expect(tiles).to_have_count(8)
    shown = [float(figure) for figure in tiles.locator(".prediction-stars").all_text_contents()]
    assert shown == sorted(shown, reverse=True)
    expect(page.get_by_label("Sort by")).to_have_value("predicted")


def test_the_list_does_not_claim_to_be_in_the_order_of_the_stars(rated_page: Page) -> None:
    rated_page.goto("/recommendations/")
    expect(rated_page.get_by_role("heading", name="For you", level=1)).to_be_visible()
    expect(rated_page.get_by_text("The best match comes first")).to_be_visible()
    expect(rated_page.get_by_text("Sorted by")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1440])
def test_it_gives_axe_nothing_to_report_with_the_panel_open(rated_page: Page, unrated: str, width: int) -> None:
    rated_page.set_viewport_size({"width": width, "height": 800})
    rated_page.goto(unrated)
    rated_page.get_by_text("Why?", exact=True).click()
    expect(rated_page.locator("contribution-chart svg")).to_be_visible()
    rated_page.evaluate("scrollTo(0, 0)")  # elsewhere the header covers part of a link
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    assert Axe().run(rated_page, options={"runOnly": tags}).response["violations"] == []
    assert not rated_page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_it_follows_ratings_of_other_movies_and_keeps_the_panel_open(rated_page: Page, unrated: str) -> None:
    rated_page.goto(unrated)
    rated_page.get_by_text("Why?", exact=True).click()
    neighbour = rated_page.locator("movie-row movie-tile").first
    with rated_page.expect_response("**/explanation*") as answered, saved(rated_page, "PUT"):
        click_stars(neighbour, 2)
    contributions = answered.value.json()["contributions"]
    expect(rated_page.locator("contribution-chart rect")).to_have_count(len(contributions))
    expect(rated_page.locator(".why-panel")).to_be_visible()


def test_it_asks_for_ratings_before_it_expects_anything(alice_page: Page) -> None:
    refusal = {"status": 409, "json": {"detail": "Rate 2 more movies.", "needed": 2}}
    alice_page.route("**/explanation*", lambda route: route.fulfill(**refusal))
    alice_page.goto("/movies/1/")
    expect(alice_page.get_by_text("Rate 2 more movies you know to see how much")).to_be_visible()


def test_it_expects_nothing_of_visitors_and_of_movies_already_rated(page: Page, alice_page: Page) -> None:
    rate_popular(alice_page, 1)
    alice_page.goto("/")
    rated = alice_page.locator("movie-grid .tile-link").first.get_attribute("href") or ""
    alice_page.goto(rated)
    expect(alice_page.locator("movie-details typographic-poster")).to_be_visible()
    expect(alice_page.locator("movie-explanation")).to_have_count(0)
    alice_page.context.clear_cookies()
    alice_page.goto(rated)
    expect(alice_page.locator("movie-details typographic-poster")).to_be_visible()
    expect(alice_page.locator("movie-explanation")).to_have_count(0)
