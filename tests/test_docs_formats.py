"""The texts about export and deletion name every section of the export."""

import re
from pathlib import Path
from typing import get_args

import pytest

from recommender.api import account
from recommender.formats.exports.export_format import ExportFormat
from recommender.formats.exports.formats import FORMATS
from recommender.formats.exports.questions import DateOrder, FirstRow, Role, Unrated
from recommender.formats.exports.values import Scale
from recommender.services.accounts.personal_data import SECTIONS, Section

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "formats.md"
DELETION_PAGE = ROOT / "templates" / "recommender" / "delete_account.html"
IN_PLAIN_WORDS = {
    "second_factors": ["second factors"],
    "email_addresses": ["email addresses"],
    "import_rows": ["imports"],
    "followed_people": ["followed people"],
    "marks": ["watchlist", "hidden movies"],
    "impressions": ["what lists showed"],
    "impression_outcomes": ["did with it"],
}
"""How texts for users name a section; the others are called by their own names."""


LETTERBOXD = {"Name", "Year", "Letterboxd URI", "Rating"}
"""Columns that the table of imports calls "the same"."""


def page_part(title: str) -> str:
    return PAGE.read_text().split(f"## {title}\n")[1].split("\n## ")[0]


def chapter(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"docs/formats.md has no chapter {title}."
    return " ".join(found[1].split()) if title != "Export" else found[1]


def test_every_section_of_the_export_is_listed_with_its_columns() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (.*?) \|", chapter("Export"), re.MULTILINE)
    documented = [(name, tuple(re.findall(r"`(\w+)`", columns))) for name, columns in rows]
    assert documented == [(section.name, section.columns) for section in SECTIONS]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_every_format_that_is_read_is_listed_with_its_columns(form: ExportFormat) -> None:
    rows = [set(re.findall(r"[^,`|]+", row)) for row in re.findall(r"^\| .*`.*$", page_part("Import"), re.MULTILINE)]
    assert any(set(form.columns) <= columns | shared for columns in rows for shared in (set(), LETTERBOXD))


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_deleting_an_account_is_said_to_remove_every_section(section: Section) -> None:
    removed = chapter("Deleting an account").split("**What stays")[0]
    assert re.search(rf"\b{section.name.replace('_', ' ')}\b", removed)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
@pytest.mark.parametrize(
    "text", [DELETION_PAGE.read_text().split("{% if traces")[0], str(account.delete.__doc__)], ids=["page", "api"]
)
def test_those_who_delete_their_account_read_that_every_section_goes(text: str, section: Section) -> None:
    sentence = " ".join(text.split())
    for words in IN_PLAIN_WORDS.get(section.name, [section.name]):
        assert re.search(rf"\b{words}\b", sentence.split("This deletes")[-1])


def test_every_question_about_a_file_is_listed_with_its_answers() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", page_part("Import").split("### Questions")[1], re.MULTILINE)
    answers = {"unrated": get_args(Unrated), "dates": get_args(DateOrder)}
    table = ("columns", *get_args(Role), "scale", *map(str, get_args(Scale)), "first_row", *get_args(FirstRow))
    assert {ask: tuple(re.findall(r"`(\w+)`", row)) for ask, row in rows} == answers | {"columns": table}
