"""docs/formats.md lists every section of the export, and says that an account's deletion removes each of them."""

import re
from pathlib import Path

import pytest

from recommender.services.accounts.personal_data import SECTIONS, Section

PAGE = Path(__file__).resolve().parent.parent / "docs" / "formats.md"


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
