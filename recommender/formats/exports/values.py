"""Parse the cells of an export."""

import re
from datetime import UTC, datetime
from typing import Final

from recommender.formats.csv_cells import restored

MAX_ID: Final = 2**31 - 1
MAX_TITLE_LENGTH: Final = 512
FIRST_YEAR, LAST_YEAR = 1870, 2100
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_IMDB: Final = re.compile(r"(?:tt)?0*([1-9][0-9]{0,8})", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,10}", re.ASCII)
_STARS: Final = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,3})?", re.ASCII)
_SECONDS: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]+)?", re.ASCII)
_OTHER_DATES: Final = ("%a %b %d %H:%M:%S %Y", "%d %b %Y", "%Y-%m-%d %H:%M:%S %Z")
_INVISIBLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def title(written: str) -> str:
    """Return a title on one line, without control characters and without the mark of a neutralised formula."""
    return " ".join(_INVISIBLE.sub(" ", restored(written)).split())[:MAX_TITLE_LENGTH]


def identifier(written: str) -> int | None:
    """Return an id, or None for anything else."""
    if not _NUMBER.fullmatch(written):
        return None
    number = int(written)
    return number if 1 <= number <= MAX_ID else None


def imdb_id(written: str) -> int | None:
    """Return the number in an IMDb id with or without "tt", or None."""
    match = _IMDB.fullmatch(written)
    return int(match[1]) if match else None


def year(written: str) -> int | None:
    """Return a year in which a movie may have been made, or None."""
    number = identifier(written)
    return number if number is not None and FIRST_YEAR <= number <= LAST_YEAR else None


def half_stars(written: str, steps_per_star: int) -> int | None:
    """Return a rating in half stars, or None if it is not on the scale.

    Parameters
    ----------
    written : str
    steps_per_star : int
        2 for stars from 0.5 to 5, 1 for points from 1 to 10.
    """
    if not _STARS.fullmatch(written):
        return None
    value = float(written) * steps_per_star
    return int(value) if value in range(1, 11) else None


def timestamp(written: str) -> datetime | None:
    """Parse a date or time in any format of these sites, in UTC unless it has a time zone; None if it is none."""
    try:
        if _SECONDS.fullmatch(written) and len(written) != 4:
            found = datetime.fromtimestamp(float(written), UTC)
        else:
            found = _date(written)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC) if found >= EARLIEST else None
    except (ValueError, OverflowError, OSError):
        return None


def _date(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        for pattern in _OTHER_DATES:
            try:
                return datetime.strptime(written, pattern).replace(tzinfo=UTC)
            except ValueError:
                continue
        raise
