"""The worked examples of the documentation print what the pages say they print."""

import doctest
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.mark.parametrize("name", ["algorithms.md", "learn.md"])
def test_the_worked_example_runs(name: str) -> None:
    page = DOCS / name
    blocks = re.findall(r"^```pycon\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    example = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, name, str(page), 0)
    failures: list[str] = []
    outcome = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=failures.append)
    assert outcome.attempted > 20
    assert outcome.failed == 0, "".join(failures)
