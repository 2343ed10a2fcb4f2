"""docs/quality.md names only protocols, options, algorithms and measures that exist, and all protocols."""

import re
import shlex
from pathlib import Path

import pytest

from recommender.engine.evaluation.protocols import PROTOCOLS, PUBLISHED_MEASURES
from recommender.management.commands.benchmark import Command
from recommender.services.training import benchmark

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "quality.md").read_text()
COMMANDS = re.findall(r"^    \S*python manage\.py benchmark (.+)$", PAGE, re.MULTILINE)
MEASURES = {measure.heading for protocol in PROTOCOLS.values() for measure in protocol.measures}
MEASURES |= {measure.heading for measure in PUBLISHED_MEASURES}


def parsed(arguments: str):  # type: ignore[no-untyped-def]
    return Command().create_parser("manage.py", "benchmark").parse_args(shlex.split(arguments))


@pytest.mark.parametrize("arguments", COMMANDS)
def test_every_command_can_be_given(arguments: str) -> None:
    options = parsed(arguments)
    assert set(options.algorithms) | set(options.baseline) <= set(benchmark.AVAILABLE)
    for name, *files in options.protocol or ():
        assert name in benchmark.NAMES
        assert not files or name in benchmark.WITH_FILES


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 2


def test_every_protocol_is_explained() -> None:
    explained = set(re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE.partition("## Measures")[0], re.MULTILINE))
    assert explained == set(benchmark.NAMES)


def test_every_measure_is_defined() -> None:
    chapter = PAGE.partition("## Measures")[2].partition("\n## ")[0]
    defined = {name for row in re.findall(r"^\| ([^|]+) \|", chapter, re.MULTILINE) for name in row.split(", ")}
    kinds = {re.sub(r"@\d+", "@k", heading.partition(",")[0]) for heading in MEASURES}
    assert kinds <= {re.sub(r"@\d+", "@k", name) for name in defined}


def test_the_figures_are_those_of_the_first_command() -> None:
    options = parsed(COMMANDS[0])
    datasets = [folder.name for folder in options.folders]
    sections = re.findall(r"^## (\S+) on (\S+)$", PAGE, re.MULTILINE)
    assert sections == [(protocol, name) for name in datasets for protocol in PROTOCOLS]
    measured = {*options.algorithms, *options.baseline}
    for section in re.split(r"^## \S+ on \S+$", PAGE, flags=re.MULTILINE)[1:]:
        first = section.partition("\n\n| minus")[0]
        assert set(re.findall(r"^\| `(\w+)` \|", first, re.MULTILINE)) == measured
    headings = re.findall(r"^\| algorithm \| (.+) \|$", PAGE, re.MULTILINE)
    assert {heading for row in headings for heading in row.split(" | ")} <= MEASURES
