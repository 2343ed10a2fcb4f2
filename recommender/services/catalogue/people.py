"""Search people by name."""

import re
from dataclasses import dataclass
from typing import Final

from anyascii import anyascii

from recommender.models import Person

SHORTEST: Final = 3
"""Letters of the last word; fewer would match a large part of all names."""
_WORD: Final = re.compile(r"[a-z0-9]+")
_LONGEST_NAME: Final = 4
_LONGEST_TEXT: Final = 12
"""Words of a text that are looked at, so that a long one asks for few names."""
_NAMESAKES: Final = 50


@dataclass(frozen=True, slots=True)
class Named:
    """A person whose name stands in a text, and the words beside it."""

    person: Person
    others: frozenset[str]


def folded(name: str) -> str:
    """Return a name in lower case and Latin letters, as it is stored to be searched."""
    return anyascii(name).lower() or name.lower()


def words_of(text: str) -> list[str]:
    """Return the words of a text as names are stored."""
    return _WORD.findall(folded(text))


def search(query: str, *, limit: int) -> list[Person]:
    """Return the people whose name has all these words, the last as the beginning of one, the best known first."""
    words = words_of(query)
    if not words or max(map(len, words)) < SHORTEST:
        return []
    return list(Person.objects.named_like(words)[:limit])


def named_in(text: str, *, limit: int) -> list[Named]:
    """Return the people whose whole name, of two words or more, stands in a text: the longest names first.

    Of people with the same name, the best known come first.
    """
    words = words_of(text)[:_LONGEST_TEXT]
    runs = _runs(words)
    if not runs:
        return []
    by_name: dict[tuple[str, ...], list[Person]] = {}
    for person in Person.objects.with_phrases([run for _, run in runs])[:_NAMESAKES]:
        by_name.setdefault(tuple(words_of(person.name)), []).append(person)
    found = [
        Named(person, frozenset((*words[:start], *words[start + len(run) :])))
        for start, run in runs
        for person in by_name.get(run, ())
    ]
    return found[:limit]


def _runs(words: list[str]) -> list[tuple[int, tuple[str, ...]]]:
    """Return all runs of words that may be a name, with where they start, the longest first."""
    lengths = range(min(_LONGEST_NAME, len(words)), 1, -1)
    return [(start, tuple(words[start : start + n])) for n in lengths for start in range(len(words) - n + 1)]
