"""Read the dates of a file: days and months in the order that fits most of them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from recommender.formats.exports.questions import DateOrder, UnclearDates

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER: Final = re.compile(r"[0-9]{1,19}(?:\.[0-9]+)?|[0-9]\.[0-9]{5,}[eE]\+?[0-9]{1,2}", re.ASCII)
_COMPACT: Final = re.compile(r"(?:19|20)[0-9]{6}", re.ASCII)
_SEPARATORS: Final = re.compile(r"[./-]")
_SPANISH: Final = re.compile(r"([0-9]{1,2}) de ([a-z]+) de ([0-9]{4})(?:,? ([0-9]{1,2}:[0-9]{2}))?", re.IGNORECASE)
_SPANISH_MONTHS: Final = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
_YEAR_LENGTH: Final = 4
_UNITS: Final = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From which number on the time since 1970 is in nanoseconds, microseconds and milliseconds."""
_SERIALS: Final = (20_000, 80_000)
"""The days since 1899-12-30 that spreadsheets write for the years 1954 to 2119."""
_FIRST_SERIAL: Final = datetime(1899, 12, 30, tzinfo=UTC)
_PATTERNS: Final = (
    "%a %b %d %H:%M:%S %Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%B %d, %Y, %H:%M",
    "%Y-%m-%d %H:%M:%S %Z",
)  # fmt: skip
_MONTH_FIRST: Final = ("%m/%d/%Y", "%m/%d/%y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S")
_DAY_FIRST: Final = ("%d/%m/%Y", "%d/%m/%y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
_YEAR_FIRST: Final = ("%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S")


def timestamps(
    written: Sequence[str], *, seconds: bool = False, order: DateOrder | None = None
) -> list[datetime | None]:
    """Read the dates of one file, in UTC unless they have a time zone; None for those that cannot be read.

    Parameters
    ----------
    written : sequence of str
    seconds : bool
        Whether any number is seconds since 1970, as in a MovieLens release.
    order : {"day", "month"}, optional
        What comes first, if the dates do not say so themselves: what fits most of them is taken.

    Raises
    ------
    UnclearDates
        If both orders fit as many dates, give different ones, and `order` says nothing.
    """
    found = [_plain(text, seconds=seconds) for text in written]
    places = [n for n, date in enumerate(found) if date is None and written[n]]
    slashed = [_slashed(written[n]) for n in places]
    month_first, day_first = ([_parsed(text, way) for text in slashed] for way in (_MONTH_FIRST, _DAY_FIRST))
    n_month, n_day = (sum(date is not None for date in dates) for dates in (month_first, day_first))
    if n_month == n_day and month_first != day_first and order is None:
        raise _unclear([written[n] for n in places], day_first, month_first)
    is_month_first = n_month > n_day or (n_month == n_day and order == "month")
    for n, date in zip(places, month_first if is_month_first else day_first, strict=True):
        found[n] = date
    return [date if date and date >= EARLIEST else None for date in found]


def _unclear(
    written: Sequence[str], day_first: Sequence[datetime | None], month_first: Sequence[datetime | None]
) -> UnclearDates:
    """Ask about the first date that can be read in both ways, else about the first that can be read at all."""
    both = zip(written, day_first, month_first, strict=True)
    readings = [(text, day, month) for text, day, month in both if day != month]
    text, day, month = next((each for each in readings if each[1] and each[2]), readings[0])
    return UnclearDates(text, day.date() if day else None, month.date() if month else None)


def _plain(text: str, *, seconds: bool) -> datetime | None:
    try:
        if not seconds and _COMPACT.fullmatch(text):
            return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
        if _NUMBER.fullmatch(text):
            return _number(float(text), seconds=seconds) if seconds or len(text) != _YEAR_LENGTH else None
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return _parsed(text, _PATTERNS) or _parsed(_slashed(text), _YEAR_FIRST) or _in_spanish(text)


def _number(number: float, *, seconds: bool) -> datetime:
    if not seconds and _SERIALS[0] <= number < _SERIALS[1]:
        return _FIRST_SERIAL + timedelta(days=number)
    per_second = next((factor for limit, factor in _UNITS if number >= limit), 1)
    return datetime.fromtimestamp(number / per_second, UTC)


def _in_spanish(text: str) -> datetime | None:
    """Read ``"10 de mayo de 2026, 15:06"``, as FilmAffinity writes it."""
    match = _SPANISH.fullmatch(text)
    if match is None or match[2].lower() not in _SPANISH_MONTHS:
        return None
    month = _SPANISH_MONTHS.index(match[2].lower()) + 1
    return _parsed(f"{match[3]}/{month}/{match[1]} {match[4] or ''}".strip(), _YEAR_FIRST)


def _slashed(text: str) -> str:
    date, _, time = text.strip().partition(" ")
    return f"{_SEPARATORS.sub('/', date)} {time}".strip()


def _parsed(text: str, patterns: Sequence[str]) -> datetime | None:
    for pattern in patterns:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
