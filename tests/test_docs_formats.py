"""The texts about export and deletion name every section of the export."""

import re
from pathlib import Path

import pytest

from recommender.api import account
from recommender.services.accounts.personal_data import SECTIONS, Section

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "formats.md"
DELETION_PAGE = ROOT / "templates" / "recommender" / "delete_account.html"
IN_PLAIN_WORDS = {
    "email_addresses": ["email addresses"],
    "import_rows": ["imports"],
    "marks": ["watchlist", "hidden movies"],
    "impressions": ["what lists showed"],
    "impression_outcomes": ["did with it"],
}
"""How texts for users name a section; the others are called by their own names."""


def chapter(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"docs/formats.md has no chapter {title}."
    return " ".join(found[1].split()) if title != "Export" else found[1]


def test_every_section_of_the_export_is_listed_with_its_columns() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (.*?) \|", chapter("Export"), re.MULTILINE)
    documented = [(name, tuple(re.findall(r"`(\w+)`", columns))) for name, columns in rows]
    assert documented == [(section.name, section.columns) for section in SECTIONS]


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
