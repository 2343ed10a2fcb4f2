"""Other ways in which people type a title: its initials, its words run together, its place in a series, its sound.

Each is one term of the field "compact", with the kind in front of a colon, which no other term there has.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from recommender.titles.text import fold, without_article
from recommender.titles.words import ENGLISH_ARTICLES

_INITIALS: Final = range(3, 10)
_RUN_LENGTHS: Final = (2, 3, 4)
_RUN_LETTERS: Final = range(5, 25)
_NO_WORD = re.compile(r"(.)\1\1")
"""A letter three times in a row: somebody has leaned on a key."""
_MIN_SOUND: Final = 3
_PLUS: Final = re.compile(r"(\w+)\s*\+\s*(\w+)")
_SAME_SOUND: Final = (
    (re.compile("ph"), "f"),
    (re.compile("sch|sh|ch|tch"), "x"),
    (re.compile("c(?=[eiy])|z"), "s"),
    (re.compile("ck|[cqg]"), "k"),
    (re.compile("w"), "v"),
    (re.compile("m(?=[bp])"), "n"),
    (re.compile("(?<=.)[aeiouyh]"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


def aliases(names: Iterable[Sequence[str]]) -> set[str]:
    """Return the terms for the initials, the runs of words and the sounds of a movie's names, given as words."""
    found = set[str]()
    for words in names:
        for initials in (initials_of(words), initials_of(without_article(words, ENGLISH_ARTICLES))):
            if len(initials) in _INITIALS:
                found.add(initials_term(initials))
        for length in _RUN_LENGTHS:
            runs = ("".join(words[start : start + length]) for start in range(len(words) - length + 1))
            found.update(run_term(run) for run in runs if len(run) in _RUN_LETTERS and not run.isdigit())
        found.update(term for word in words if (term := sound_term(word)) is not None)
    return found


def series_aliases(numbers: Collection[tuple[Sequence[str], int]]) -> set[str]:
    """Return the terms for a movie's numbers in its series, and for the initials of the series."""
    found = set[str]()
    for name, number in numbers:
        found.add(series_term(name, number))
        if len(name) > 1:
            found.update({series_term([initials_of(name)], number), initials_term(initials_of(name))})
    return found


def plus_aliases(text: str) -> set[str]:
    """Return the terms for words with a plus between them: of "Romeo + Juliet", a sign that few other titles have."""
    return {f"plus:{left}+{right}" for left, right in _PLUS.findall(fold(text))}


def initials_of(words: Sequence[str]) -> str:
    """Return the first letters; numbers stay whole."""
    return "".join(word if word.isdigit() else word[0] for word in words)


def initials_term(initials: str) -> str:
    """Return the term for the movies with these initials."""
    return f"initials:{initials}"


def run_term(run: str) -> str:
    """Return the term for the movies of whose words some, run together, are this."""
    return f"run:{run}"


def series_term(name: Sequence[str], number: int) -> str:
    """Return the term for the movie with this number in the series of this name."""
    return f"series:{''.join(name)}:{number}"


def sound_term(word: str) -> str | None:
    """Return the term for the movies with a word of about this sound; None if it says too little.

    The sound is the first letter and the consonants after it, with letters that English spells alike made one.
    """
    if not word.isascii() or not word.isalpha() or _NO_WORD.search(word):
        return None
    sound = word
    for spelling, letter in _SAME_SOUND:
        sound = spelling.sub(letter, sound)
    return f"sound:{sound}" if len(sound) >= _MIN_SOUND else None
