"""Importing a table of one's own, in the browser: on a desktop, on a phone, and by keyboard."""

import csv
import io
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from recommender.titles.text import display_title, split_title
from tests.browser.accessibility import violations
from tests.browser.test_touch import too_small

PHONE_SIZE = {"width": 390, "height": 844}


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.fixture
def own(tmp_path: Path, dataset_dir: Path, served_database: str) -> Path:
    """A workbook with a movie of the dataset, rated 8.5 of 10 on a day that can be read in two ways."""
    with (dataset_dir / "movies.csv").open(encoding="utf-8", newline="") as source:
        raw = next(csv.DictReader(source))["title"]
    title, year = display_title(raw), split_title(raw)[1]
    book = Workbook()
    for row in (["What", "Made", "Mine", "On"], [title, year, 8.5, "04/05/2023"], ["Qqqq", 1990, 4, None]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    file = tmp_path / "films.xlsx"
    file.write_bytes(out.getvalue())
    return file


def test_alice_says_what_is_in_her_table(alice_page: Page, own: Path) -> None:
    page = alice_page
    page.goto("/account/imports/")
    page.get_by_label("The exported file").set_input_files(own)
    expect(page.get_by_role("heading", name="What is in its columns?")).to_be_focused()
    expect(page.get_by_label("What is in What")).to_have_value("title")
    expect(page.get_by_label("What is in Made")).to_have_value("year")
    expect(page.get_by_label("What is in Mine")).to_have_value("rating")
    expect(page.get_by_label("The best rating is")).to_have_value("10")
    expect(page.get_by_text("8.5 · 4")).to_be_visible()
    assert violations(page) == []
    assert fits(page)
    page.set_viewport_size(PHONE_SIZE)  # type: ignore[arg-type]
    assert fits(page)
    assert too_small(page) == []
    page.get_by_label("What is in What").select_option("nothing")
    page.get_by_role("button", name="Read this table").click()
    expect(page.get_by_text("Choose the column with the titles, or the one with the IMDb or TMDB ids.")).to_be_visible()
    page.get_by_label("What is in What").select_option("title")
    page.get_by_role("button", name="Read this table").click()
    expect(page.get_by_text('Which comes first in dates such as "04/05/2023"')).to_be_visible()
    assert violations(page) == []
    assert fits(page)
    page.get_by_role("button", name="Day first: 4 May 2023").click()
    expect(
        page.get_by_text("Table with ratings out of 10: 2 rows. Found: 1. Not in this catalogue: 1.")
    ).to_be_visible()
    page.get_by_role("radio", name="Found (1)", exact=True).check()
    expect(page.get_by_text("4.5 ★")).to_be_visible()


def test_the_first_row_may_be_a_movie_and_the_scale_another(alice_page: Page, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("Qqqq,1990,4\nZzzz,1991,3\n")
    page = alice_page
    page.goto("/account/imports/")
    page.get_by_label("The exported file").set_input_files(file)
    names = page.get_by_label("The first row has the names of the columns")
    expect(names).not_to_be_checked()
    expect(page.get_by_text("Qqqq · Zzzz")).to_be_visible()
    names.check()
    expect(page.get_by_label("What is in Qqqq")).to_be_visible()
    names.uncheck()
    page.get_by_label("What is in Column 3").select_option("nothing")
    expect(page.get_by_label("The best rating is")).to_be_hidden()
    page.get_by_label("What is in Column 3").select_option("rating")
    page.get_by_label("The best rating is").select_option("4")
    page.get_by_role("button", name="Read this table").click()
    expect(page.get_by_text("Table with ratings out of 4: 2 rows.")).to_be_visible()
    expect(page.get_by_text("5 ★")).to_be_visible()


def test_a_table_can_be_described_by_keyboard(alice_page: Page, own: Path) -> None:
    page = alice_page
    page.goto("/account/imports/")
    page.get_by_label("The exported file").set_input_files(own)
    expect(page.get_by_role("heading", name="What is in its columns?")).to_be_focused()
    for pressed in ("Tab", "Tab", "Tab", "Tab", "Tab"):  # the first row, and one choice for each column
        page.keyboard.press(pressed)
    expect(page.get_by_label("What is in On")).to_be_focused()
    page.keyboard.type("Nothing")
    expect(page.get_by_label("What is in On")).to_have_value("nothing")
    page.keyboard.press("Tab")
    expect(page.get_by_label("The best rating is")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Table with ratings out of 10: 2 rows.")).to_be_visible()
