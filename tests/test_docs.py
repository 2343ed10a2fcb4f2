"""The documentation names only commands that exist."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MAKE = re.compile(r"(?:^|`|[A-Z_]+=\S+ )make ([a-z][a-z-]*)", re.MULTILINE)
MANAGE = re.compile(r"manage\.py ([a-z_]+)|(?:`|[A-Z_]+=\S+ )movierec ([a-z_]+)")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
ANCHOR = re.compile(r"\]\(([^):#]*)#([^)]+)\)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def management_commands() -> set[str]:
    return {"help", *get_commands()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_exists(page: Path) -> None:
    text = page.read_text()
    assert set(MAKE.findall(text)) <= make_targets()
    named = {name for pair in MANAGE.findall(text) for name in pair if name}
    assert named - {"command", "commands"} <= management_commands()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    prose = CODE.sub("", page.read_text())
    missing = [target for target in LINK.findall(prose) if not (page.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_into_a_page_finds_its_heading(page: Path) -> None:
    for target, anchor in ANCHOR.findall(CODE.sub("", page.read_text())):
        text = CODE.sub("", (page.parent / target if target else page).read_text())
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        assert anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_names_the_two_commands() -> None:
    found = MAKE.findall((ROOT / "README.md").read_text())
    assert {"run", "test"} <= set(found)


def test_every_make_target_is_explained() -> None:
    explained = set(re.findall(r"^([a-z-]+):.*## \S", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert explained == make_targets()


def test_the_book_of_operations_lists_its_pages() -> None:
    book = ROOT / "docs" / "operations"
    listed = re.findall(r"^\| \[([a-z-]+\.md)\]\(\1\)", (book / "README.md").read_text(), re.MULTILINE)
    assert sorted([*listed, "README.md"]) == sorted(page.name for page in book.glob("*.md"))
