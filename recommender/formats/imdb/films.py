"""The films of IMDb's files that enough people have voted on, with their names in other places."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from recommender.formats.imdb.table import OnShare, Skipped, blocks

KINDS: Final = ("movie", "tvMovie")
SHORT: Final = "short"
ADULT: Final = b"1"
MAX_NAMES: Final = 12
"""Other names of a film that are kept: those of English-speaking places and of its origin first."""
NAME_LENGTH: Final = 512
FIRST_YEAR, LAST_YEAR = 1870, 2100
MAX_MINUTES: Final = 60_000
ENGLISH: Final = frozenset({b"US", b"GB", b"CA", b"AU", b"XWW", b"IN"})
GENRES: Final = {"Family": "Children"}
"""Genres that MovieLens calls by another name."""

BASICS: Final = (
    "tconst", "titleType", "primaryTitle", "originalTitle", "isAdult", "startYear", "runtimeMinutes", "genres",
)  # fmt: skip
BYTES: Final = pa.binary()

Votes = tuple[int, float]
"""The number of votes, and their mean of 10."""


@dataclass(slots=True)
class Film:
    """A film as IMDb describes it; its number is that of "tt0133093" without the letters."""

    number: int
    title: str
    year: int | None
    minutes: int | None
    genres: tuple[str, ...]
    votes: int
    mean: float
    names: tuple[str, ...] = ()
    original: str = ""


def ids(numbers: Iterable[int], letters: str = "tt") -> pa.Array:
    """Return numbers as IMDb writes them, to look them up in a column."""
    return pa.array([f"{letters}{number:07d}".encode() for number in numbers], BYTES)


def number_of(name: bytes | None) -> int | None:
    """Return the number of "tt0133093" or "nm0000206", None if it is neither."""
    digits = (name or b"")[2:]
    return int(digits) if digits.isdigit() and len(digits) < 10 else None


def text(value: bytes | None) -> str:
    """Return a cell as text without control characters; what is no UTF-8 is replaced."""
    decoded = (value or b"").decode("utf-8", "replace")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in decoded).split())


def read_votes(folder: Path, min_votes: int, *, on_share: OnShare, skipped: Skipped) -> dict[int, Votes]:
    """Read the number of votes and their mean of the titles with at least so many votes, by number."""
    columns = {"tconst": BYTES, "averageRating": BYTES, "numVotes": BYTES}
    found = {}
    for block in blocks(folder / "title.ratings.tsv.gz", columns, on_share, skipped):
        for name, mean, votes in _rows(block):
            number, n_votes = number_of(name), _whole(votes, min_votes, 2**31 - 1)
            if number is not None and n_votes is not None and (stars := _mean(mean)) is not None:
                found[number] = (n_votes, stars)
    return found


def read_films(
    folder: Path, votes: Mapping[int, Votes], *, shorts: bool, on_share: OnShare, skipped: Skipped
) -> dict[int, Film]:
    """Read the films among the titles with these votes, by number; no series, and nothing for adults only."""
    wanted = ids(votes)
    kinds = pa.array([kind.encode() for kind in (*KINDS, *([SHORT] if shorts else []))], BYTES)
    films = {}
    for block in blocks(folder / "title.basics.tsv.gz", dict.fromkeys(BASICS, BYTES), on_share, skipped):
        kept = block.filter(pc.is_in(block["titleType"], kinds))
        kept = kept.filter(pc.is_in(kept["tconst"], wanted))
        for name, _, title, original, adult, year, minutes, genres in _rows(kept):
            number, shown = number_of(name), text(title)
            if number is None or number not in votes or adult == ADULT or not 0 < len(shown) <= NAME_LENGTH:
                continue
            films[number] = Film(
                number,
                shown,
                _whole(year, FIRST_YEAR, LAST_YEAR),
                _whole(minutes, 1, MAX_MINUTES),
                tuple(GENRES.get(genre, genre) for genre in text(genres).split(",") if 0 < len(genre) <= 64),
                *votes[number],
                original=text(original)[:NAME_LENGTH],
            )
    return films


def add_names(folder: Path, films: Mapping[int, Film], *, on_share: OnShare, skipped: Skipped) -> None:
    """Give each film its other names, without those that differ from an earlier one in letter case only."""
    wanted = ids(films)
    others: dict[int, list[tuple[bool, str]]] = {}
    columns = dict.fromkeys(("titleId", "title", "region"), BYTES)
    for block in blocks(folder / "title.akas.tsv.gz", columns, on_share, skipped):
        for name, title, region in _rows(block.filter(pc.is_in(block["titleId"], wanted))):
            number = number_of(name)
            if number is not None and title and len(title) <= NAME_LENGTH:
                others.setdefault(number, []).append((region not in ENGLISH, text(title)))
    for number, film in films.items():
        names = {film.title.casefold(): ""}
        ranked = sorted(others.get(number, ()), key=lambda entry: entry[0])
        for name in (film.original, *(each for _, each in ranked)):
            if name:
                names.setdefault(name.casefold(), name)
        film.names = tuple(name for name in names.values() if name)[:MAX_NAMES]


def _rows(block: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in block.columns), strict=True)


def _whole(value: bytes | None, low: int, high: int) -> int | None:
    if value is None or not value.isdigit() or len(value) > 10:
        return None
    number = int(value)
    return number if low <= number <= high else None


def _mean(value: bytes | None) -> float | None:
    try:
        mean = float(value or b"")
    except ValueError:
        return None
    return mean if 1 <= mean <= 10 else None
