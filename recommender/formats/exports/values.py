"""Parse the cells of an export."""

import re
from typing import Final, Literal, get_args

from recommender.formats.csv_cells import restored

Best = Literal[4, 5, 10, 20, 100]
Scale = Literal[4, 5, 10, 20, 100, "letters"]
"""The best rating of a scale; on the one of letters, A+."""

MAX_ID: Final = 2**31 - 1
MAX_TITLE_LENGTH: Final = 512
MAX_TITLES: Final = 8
MAX_QUOTE_LENGTH: Final = 40
FIRST_YEAR, LAST_YEAR = 1870, 2100
_IMDB: Final = re.compile(r"(?:(?:https?://)?[a-z.]*imdb\.com/title/)?(?:tt)?0*([1-9][0-9]{0,8})/?", re.ASCII)
_SERIES: Final = re.compile(r"\((?:(?:Mini)?serie de TV|TV (?:Mini)?series)\)", re.IGNORECASE)
_YEAR: Final = re.compile(r"^[0-9]{4}(?![0-9])|(?<=[/.-])[0-9]{4}$", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,10}", re.ASCII)
_STARS: Final = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,3})?)(?:\s*(?:/\s*(4|5|10|20|100)|(%)))?", re.ASCII)
_DRAWN: Final = re.compile(r"(★{0,5})(½?)☆{0,5}")
GRADES: Final[dict[str, int]] = dict(
    zip(("A+", "A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D+", "D", "D-", "F"),
        (10, 9, 9, 8, 7, 6, 6, 5, 4, 3, 3, 2, 1), strict=True)
)  # fmt: skip
"""Half stars by grade: 13 grades from F to A+ in equal steps."""
_INVISIBLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def title(written: str) -> str:
    """Return a title on one line, without control characters and without the mark of a neutralised formula."""
    return " ".join(_INVISIBLE.sub(" ", restored(written)).split())[:MAX_TITLE_LENGTH]


def titles(written: str, separator: str) -> list[str]:
    """Return the titles in a cell, at least an empty one.

    Douban writes "变脸/Face/Off" or "变脸 / Face/Off", so what follows the first slash is a title as a whole, too.
    """
    if not separator:
        return [title(written)]
    spaced = f" {separator} "
    first, *others = written.split(spaced if spaced in written else separator)
    whole = [separator.join(others)] if len(others) > 1 and spaced not in written else []
    return [title(first), *filter(None, map(title, (*whole, *others)))][:MAX_TITLES]


def series(title: str) -> str:
    """Return "TV Series" if a title says so itself, as FilmAffinity's do."""
    return "TV Series" if _SERIES.search(title) else ""


def quoted(text: str) -> str:
    """Return text of the file as a message may repeat it: one short line of visible characters."""
    plain = title(text)
    return plain if len(plain) <= MAX_QUOTE_LENGTH else f"{plain[:MAX_QUOTE_LENGTH]}…"


def identifier(written: str) -> int | None:
    """Return an id, perhaps as a spreadsheet writes it (``"862.0"``), or None for anything else."""
    written = written.removesuffix(".0")
    if not _NUMBER.fullmatch(written):
        return None
    number = int(written)
    return number if 1 <= number <= MAX_ID else None


def imdb_id(written: str) -> int | None:
    """Return the number in an IMDb id with or without "tt", perhaps in an address, or None."""
    match = _IMDB.fullmatch(written)
    return int(match[1]) if match else None


def year(written: str) -> int | None:
    """Return a year in which a movie may have been made, alone or in a date, or None."""
    match = _YEAR.search(written)
    number = int(match[0]) if match else 0
    return number if FIRST_YEAR <= number <= LAST_YEAR else None


def half_stars(written: str, best: Scale, *, rounded: bool = False, zero: bool = False) -> int | None:
    """Return a rating in half stars, or None if it is not on the scale.

    Parameters
    ----------
    written : str
        With a decimal point or a decimal comma. What it says itself goes before the scale: ``"7/10"``, ``"85%"``.
    best : {4, 5, 10, 20, 100, "letters"}
        5 for half stars from 0.5, 10 for points from 1, 100 for percentages, "letters" for A+ to F.
    rounded : bool
        Whether ratings between the steps are rounded.
    zero : bool
        Whether 0 is the lowest rating; half a star then.
    """
    if best == "letters":
        return GRADES.get(written.upper().replace("−", "-").replace(" ", ""))
    number = stars(written)
    highest = own_best(written) or best
    if number is None or not 0 <= number <= highest or (number == 0 and not zero):
        return None
    value = number * 10 / highest
    if rounded:
        return max(1, int(value + 0.5))
    return int(value) if value in range(1, 11) else None


def stars(written: str) -> float | None:
    """Return the number of a rating, or of drawn stars (``"★★★½"``); None for anything else."""
    if match := _STARS.fullmatch(written):
        return float(match[1].replace(",", "."))
    drawn = _DRAWN.fullmatch(written) if written else None
    return len(drawn[1]) + len(drawn[2]) / 2 if drawn else None


def own_best(written: str) -> Best | None:
    """Return the best rating if a rating names it itself, as in ``"7/10"``, ``"85%"`` and drawn stars."""
    match = _STARS.fullmatch(written)
    if match is None:
        return 5 if written and _DRAWN.fullmatch(written) else None
    if match[3]:
        return 100
    return next((best for best in get_args(Best) if match[2] == str(best)), None)


def repaired(text: str) -> str:
    """Return text whose UTF-8 bytes were once read as Windows-1252 (``"AmÃ©lie"``) as it was; other text unchanged."""
    try:
        return text.encode("cp1252").decode()
    except UnicodeError:
        return text
