"""A member looks up a film that the catalogue lacks, and rates it."""

from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker

from recommender.models import Job, Keyword, Movie
from tests.browser.stars import click_stars, saved
from tests.conftest import connected_to
from tests.support.rating_exports import letterboxd
from tests.support.tmdb_server import TmdbServer, movie

FERRY, FERRY_TWO = 90_000_001, 90_000_002


def test_a_film_that_is_missing_is_looked_up_and_rated(
    alice_page: Page, site_tmdb: TmdbServer, served_database: str, django_db_blocker: DjangoDbBlocker
) -> None:
    facts = {"release_date": "2026-03-01", "imdb_id": "tt99345678", "genres": [{"name": "Drama"}]}
    site_tmdb.movies[FERRY] = movie(FERRY, "", title="Quxferry at Night", **facts)
    site_tmdb.movies[FERRY_TWO] = movie(FERRY_TWO, "", title="Quxferry at Night II", release_date="")
    page = alice_page
    page.goto("/")
    expect(page.locator("title-lookup")).to_be_empty()
    page.get_by_label("Search movies").fill("quxferry")
    page.get_by_text("Is “quxferry” missing here?").wait_for()
    page.get_by_role("button", name="Look it up").press("Enter")
    expect(page.get_by_role("button", name="Quxferry at Night II")).to_be_visible()
    page.get_by_role("button", name="Quxferry at Night (2026)").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quxferry at Night")
    with saved(page, "PUT"):
        click_stars(page.locator("main"), 4)
    page.goto("/?q=quxferry")
    page.get_by_role("button", name="Look it up").click()
    expect(page.get_by_role("link", name="Quxferry at Night (2026)")).to_be_visible()
    page.get_by_label("Search movies").fill("quxnowhere")
    page.get_by_role("button", name="Look it up").click()
    message = page.locator("title-lookup .status-message")
    expect(message).to_have_text("The Movie Database has no film called “quxnowhere” either.")
    expect(message).to_be_focused()
    with django_db_blocker.unblock(), connected_to(served_database):
        Movie.objects.filter(tmdb_id=FERRY).delete()
        Keyword.objects.all().delete()
        Job.objects.filter(kind=Job.Kind.TITLE_INDEX).delete()


def test_rows_of_a_file_that_were_not_found_are_looked_up(
    alice_page: Page, site_tmdb: TmdbServer, served_database: str, django_db_blocker: DjangoDbBlocker
) -> None:
    site_tmdb.movies[FERRY] = movie(FERRY, "", title="Quxferry by Day", release_date="2026-03-01")
    page = alice_page
    page.goto("/account/imports/")
    data = letterboxd("Quxferry by Day,2026,4", *(f"Quxnowhere {n},2026,2" for n in range(5)))
    page.set_input_files("input[type=file]", {"name": "ratings.csv", "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="Look up 6 missing movies").click()
    expect(page.get_by_text("Found 1 of 6 movies.")).to_be_visible()
    expect(page.get_by_text("Found: 1. Not in this catalogue: 5.")).to_be_visible()
    expect(page.get_by_role("button", name="Look up")).to_have_count(0)
    expect(page.get_by_role("button", name="Import 1 rating")).to_be_enabled()
    with django_db_blocker.unblock(), connected_to(served_database):
        Movie.objects.filter(tmdb_id=FERRY).delete()
        Keyword.objects.all().delete()
        Job.objects.filter(kind=Job.Kind.TITLE_INDEX).delete()
