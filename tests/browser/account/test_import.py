"""Bringing ratings along, in the browser, on a desktop and on a phone."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from recommender.titles.text import display_title, split_title
from tests.browser.chromium import PHONE
from tests.browser.test_touch import too_small

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(params=["desktop", "phone"])
def alice(
    request: pytest.FixtureRequest,
    browser: Browser,
    browser_context_args: dict[str, Any],
    sign_up: Callable[[Page, str], str],
) -> Iterator[Page]:
    """A page on which alice has just signed up."""
    context = browser.new_context(**browser_context_args | (PHONE if request.param == "phone" else {}))
    context.set_default_timeout(20_000)
    page = context.new_page()
    sign_up(page, "alice")
    yield page
    context.close()


@pytest.fixture(scope="session")
def export(dataset_dir: Path, served_database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Letterboxd file: two movies of the dataset, one of them without a year, and one that does not exist."""
    with (dataset_dir / "movies.csv").open(encoding="utf-8", newline="") as source:
        movies = [row["title"] for row in csv.DictReader(source)]
    named = [(display_title(raw), split_title(raw)[1]) for raw in movies if split_title(raw)[1]]
    titles = [title for title, _ in named]
    (first, first_year), (second, _) = [each for each in named if titles.count(each[0]) == 1][:2]
    file = tmp_path_factory.mktemp("export") / "letterboxd.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["Date", "Name", "Year", "Letterboxd URI", "Rating"])
        writer.writerow(["2023-01-15", first, first_year, "", "4.5"])
        writer.writerow(["2023-01-16", second, "", "", "3"])
        writer.writerow(["2023-01-17", "No such movie anywhere", "1950", "", "1"])
    return file


def axe(page: Page) -> list[str]:
    page.emulate_media(reduced_motion="reduce")  # nothing is half-way
    violations = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{page.url}: {v['id']}: {v['nodes'][0]['html'][:200]}" for v in violations]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_alice_imports_a_file_decides_and_undoes(alice: Page, export: Path) -> None:
    page = alice
    page.goto("/account/imports/")
    assert axe(page) == []
    assert fits(page)
    page.get_by_label("The exported file").set_input_files(export)
    expect(page.get_by_role("heading", name="Your import", exact=True)).to_be_visible()
    expect(page.get_by_text("Found: 1. To choose: 1. Not in this catalogue: 1.")).to_be_visible()
    choice = page.get_by_role("main").get_by_role("combobox")
    expect(choice).to_have_count(1)
    expect(page.get_by_role("button", name="Import 1 rating")).to_be_visible()
    choice.select_option(index=1)
    expect(page.get_by_role("button", name="Import 2 ratings")).to_be_visible()
    assert axe(page) == []
    assert fits(page)
    assert too_small(page) == []
    page.get_by_role("radio", name="Found (1)", exact=True).check()
    expect(page.get_by_role("main").get_by_role("combobox")).to_have_count(1)
    page.get_by_role("button", name="Import 2 ratings").click()
    expect(page.get_by_role("heading", name="Your ratings are here")).to_be_focused()
    expect(page.get_by_text("2 new ratings.")).to_be_visible()
    assert axe(page) == []
    page.goto("/ratings/")
    expect(page.get_by_text("You have rated 2 movies.")).to_be_visible()
    page.goto("/account/imports/")
    expect(page.get_by_role("link", name="letterboxd.csv")).to_be_visible()
    assert too_small(page) == []
    page.get_by_role("link", name="letterboxd.csv").click()
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("heading", name="Import undone")).to_be_visible()
    page.goto("/ratings/")
    expect(page.get_by_text("No ratings yet")).to_be_visible()


def test_a_movie_that_was_not_found_is_searched_in_its_row(alice_page: Page, tmp_path: Path, export: Path) -> None:
    first = export.read_text().splitlines()[1].split(",")[1]
    file = tmp_path / "letterboxd.csv"
    rows = f"x,Qqqq zzzz,1950,,4\nx,Bad,1950,,0\nx,{first},1890,,3\n"
    file.write_text(f"Date,Name,Year,Letterboxd URI,Rating\n{rows}")
    alice_page.goto("/account/imports/")
    alice_page.get_by_label("The exported file").set_input_files(file)
    alice_page.get_by_text("1 row cannot be imported").click()
    expect(alice_page.get_by_text('Line 3: Rating is "0", not one of 0.5, 1, 1.5 … 5.')).to_be_visible()
    choice = alice_page.get_by_label("Movie for Qqqq zzzz", exact=True)
    alice_page.get_by_label("Search for the movie of Qqqq zzzz").fill(first)
    expect(choice.locator("option")).not_to_have_count(1)
    choice.select_option(index=1)
    expect(alice_page.get_by_role("button", name="Import 1 rating")).to_be_enabled()
    suggested = alice_page.get_by_label(f"Movie for {first}", exact=True)
    suggested.select_option(index=1)  # the search's best hit, offered without asking
    expect(suggested.locator("option:checked")).to_contain_text(first)
    expect(alice_page.get_by_role("button", name="Import 2 ratings")).to_be_enabled()
    assert axe(alice_page) == []


def test_a_list_without_ratings_is_asked_about(alice_page: Page, tmp_path: Path, export: Path) -> None:
    _, first, year, *_ = export.read_text().splitlines()[1].split(",")
    file = tmp_path / "export.csv"
    file.write_text(f"Date,Name,Year,Letterboxd URI\n2023-01-15,{first},{year},\n")
    alice_page.goto("/account/imports/")
    alice_page.get_by_label("The exported file").set_input_files(file)
    expect(alice_page.get_by_text("Is it your watchlist, or movies that you have seen?")).to_be_visible()
    alice_page.get_by_role("button", name="Movies I have seen").click()
    expect(alice_page.get_by_text("It has 1 movie seen without a rating.")).to_be_visible()
    expect(alice_page.get_by_role("button", name="Import 1 movie")).to_be_visible()


def test_a_wrong_file_is_refused_with_a_sentence_at_the_field(alice_page: Page, tmp_path: Path) -> None:
    file = tmp_path / "holiday.csv"
    file.write_text("holiday\nRome\n")
    alice_page.goto("/account/imports/")
    field = alice_page.get_by_label("The exported file")
    field.set_input_files(file)
    expect(alice_page.get_by_role("alert")).to_contain_text('Line 1 is "holiday"')
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert axe(alice_page) == []


def test_a_file_can_be_forgotten(alice_page: Page, export: Path) -> None:
    alice_page.goto("/account/imports/")
    alice_page.get_by_label("The exported file").set_input_files(export)
    alice_page.get_by_role("button", name="Discard this file").click()
    expect(alice_page).to_have_url("/account/imports/")
    expect(alice_page.get_by_role("heading", name="Your imports")).to_have_count(0)
