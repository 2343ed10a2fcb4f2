"""Decision records are numbered without a gap, short, and all of one shape."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
RECORDS = sorted((ROOT / "docs" / "adr").glob("*.md"))
CITED = re.compile(r"\bADR (\d{1,4})\b")
CITING = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
CITING += [file for folder in ("movierec_site", "recommender", "native") for file in (ROOT / folder).rglob("*.py")]


def test_the_numbers_have_no_gap() -> None:
    assert [int(record.name.split("-")[0]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_record_has_context_decision_and_consequences_in_under_30_lines(record: Path) -> None:
    text = record.read_text()
    assert len(text.splitlines()) < 30
    assert text.startswith(f"# {int(record.name[:4])}. ")
    assert re.findall(r"^(?:## |\*\*)(\w+)\b", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_every_record_that_is_cited_exists() -> None:
    cited = {int(number) for file in CITING for number in CITED.findall(file.read_text())}
    assert len(cited) > 5
    assert cited <= set(range(1, len(RECORDS) + 1))
