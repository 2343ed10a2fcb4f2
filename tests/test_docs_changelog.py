"""The changelog has one line a change, under the next version first, and tells nothing twice."""

import re
from collections import Counter
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINES = (ROOT / "CHANGELOG.md").read_text().splitlines()
BODY = LINES[next(number for number, line in enumerate(LINES) if line.startswith("## ")) :]
KINDS = {"### Added", "### Changed", "### Deprecated", "### Removed", "### Fixed", "### Security"}
CHANGES = [line for line in BODY if line.startswith("- ")]
ALIKE = 0.6


def test_unreleased_comes_first_then_the_versions_down_to_the_first() -> None:
    versions = [line.removeprefix("## ").split()[0] for line in BODY if line.startswith("## ")]
    assert versions[0] == "Unreleased"
    numbers = [tuple(map(int, version.split("."))) for version in versions[1:]]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] == (0, 1, 0)


def test_the_version_of_the_package_has_a_section() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    assert f"## {version[1]}" in [" ".join(line.split()[:2]) for line in BODY]


def test_every_change_is_one_line_and_a_sentence() -> None:
    others = [line for line in BODY if line and not line.startswith(("- ", "## ")) and line not in KINDS]
    assert others == []
    assert [line for line in CHANGES if not re.fullmatch(r"- (\S.{10,148})\.", line)] == []


def words(line: str) -> Counter[str]:
    return Counter(re.findall(r"[a-z]{4,}", line.lower()))


def test_no_change_is_told_twice() -> None:
    told = {line: words(line) for line in CHANGES}
    twice = [
        (one, other)
        for one, other in combinations(CHANGES, 2)
        if (told[one] & told[other]).total() > ALIKE * min(told[one].total(), told[other].total())
    ]
    assert len(told) == len(CHANGES)
    assert twice == []
