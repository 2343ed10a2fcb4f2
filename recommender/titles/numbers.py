"""Numbers of several words as digits: "one hundred and one", "nineteen eighty four", "eight and a half"."""

from collections.abc import Sequence
from typing import Final

from recommender.titles.words import SMALL_NUMBERS, TENS, UNITS

_SCALES: Final = {"hundred": 100, "thousand": 1000}
_FRACTIONS: Final = {"half": "2", "third": "3", "quarter": "4"}
_CENTURIES: Final = range(13, 21)


def compose_numbers(words: Sequence[str]) -> list[str]:
    """Return the words with every number of several words in digits; a number of one word stays a word.

    Fractions become what is left of their signs: "eight and a half" is ``["eight", "1", "2"]``, as is "8 1/2".
    """
    composed, place = list[str](), 0
    while place < len(words):
        value, length = _number_at(words, place)
        composed.append(str(value) if length > 1 else words[place])
        place += max(length, 1)
        if (length or composed[-1].isdigit()) and (below := _fraction_at(words, place)):
            composed += ["1", below]
            place += 3
    return composed


def _number_at(words: Sequence[str], place: int) -> tuple[int, int]:
    """Return the number that begins here, and of how many words; 0 and 0 if there is none."""
    thousands, (value, end) = 0, _below_hundred(words, place)
    if end == place:
        return 0, 0
    of_century, end_of_year = _below_hundred(words, end)
    if value in _CENTURIES and of_century >= 10:
        return 100 * value + of_century, end_of_year - place
    while end < len(words) and words[end] in _SCALES:
        value *= _SCALES[words[end]]
        if words[end] == "thousand":
            thousands, value = thousands + value, 0
        after_and = end + 2 if words[end + 1 : end + 2] == ["and"] else end + 1
        more, end_of_more = _below_hundred(words, after_and)
        value, end = value + more, end_of_more if more else end + 1
    return thousands + value, end - place


def _below_hundred(words: Sequence[str], place: int) -> tuple[int, int]:
    """Return the number below 100 that begins here and the place after it; 0 and this place if there is none."""
    if place >= len(words) or words[place] not in SMALL_NUMBERS:
        return 0, place
    value, end = SMALL_NUMBERS[words[place]], place + 1
    if words[place] in TENS and end < len(words) and words[end] in UNITS:
        return value + UNITS[words[end]], end + 1
    return value, end


def _fraction_at(words: Sequence[str], place: int) -> str | None:
    if tuple(words[place : place + 2]) in {("and", "a"), ("and", "one")} and place + 2 < len(words):
        return _FRACTIONS.get(words[place + 2])
    return None
