"""The glossary explains every state the product has, each word once and in one sentence."""

import re
from pathlib import Path

from recommender.models import Job, JobChunk, Mark, ModelVersion, RatingImport, RatingImportRow

PAGE = Path(__file__).resolve().parent.parent / "docs" / "glossary.md"
ENTRY = re.compile(r"^\| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
STATES = (Job.State, JobChunk.State, ModelVersion.State, Mark.Kind, RatingImport.State, RatingImportRow.Match)


def entries() -> list[tuple[str, str]]:
    return [(word, meaning) for word, meaning in ENTRY.findall(PAGE.read_text()) if word != "Word"]


def test_every_state_is_explained() -> None:
    words = {word for listed, _ in entries() for word in listed.split(", ")}
    quoted = set(re.findall(r"`(\w+)`", PAGE.read_text()))
    assert {state for states in STATES for state in states.values} <= words | quoted


def test_every_kind_of_job_is_named() -> None:
    kinds = dict(entries())["kind"]
    assert all(re.search(rf"\b{kind}\b", kinds) for kind in Job.Kind.values)


def test_every_meaning_is_one_sentence() -> None:
    assert len(entries()) > 100
    wrong = [word for word, meaning in entries() if not re.fullmatch(r"[^.]*(?:\d\.\d[^.]*)*\.", meaning)]
    assert wrong == []


def test_no_word_stands_twice_in_a_chapter() -> None:
    for chapter in PAGE.read_text().split("\n## "):
        words = [word for word, _ in ENTRY.findall(chapter)]
        assert len(words) == len(set(words))
