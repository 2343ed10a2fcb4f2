"""Files of a published split: one rating a line, or one rater a line followed by the movies of that rater."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender.formats.movielens.release import DatasetError

WHOLE_NUMBER = re.compile(r"[0-9]{1,9}(?:\.0+)?")
NAMES = {
    "rater": {"user", "userid", "user_id", "uid", "rater"},
    "movie": {"item", "itemid", "item_id", "iid", "sid", "movie", "movieid", "movie_id"},
    "stars": {"rating", "stars"},
    "time": {"timestamp", "time"},
}
IN_ORDER = ("rater", "movie", "stars", "time")


@dataclass(frozen=True, slots=True, eq=False)
class SplitFile:
    """The ratings of a file, in its order.

    Attributes
    ----------
    rater_ids, movie_ids : (n_ratings,) int64
        As the file numbers them.
    half_stars : (n_ratings,) int8, optional
        1..10; None in a file without ratings.
    rated_at : (n_ratings,) int64, optional
        Seconds since 1970.
    """

    rater_ids: NDArray[np.int64]
    movie_ids: NDArray[np.int64]
    half_stars: NDArray[np.int8] | None
    rated_at: NDArray[np.int64] | None


def read_split_file(path: Path) -> SplitFile:
    """Read a file of a split.

    Fields are separated by "::", tabs, commas or spaces. A header names the columns (MovieLens' names, or RecBole's
    such as ``user_id:token``); without one they are rater, movie, stars and time, the last two optional. Where lines
    have different numbers of fields and no header, each is a rater followed by movies (as LightGCN's).

    Raises
    ------
    DatasetError
        If the file cannot be read, or a line is invalid; the message names file, line and value.
    """
    try:
        lines = [
            (n, line.strip()) for n, line in enumerate(path.read_text("utf-8-sig").splitlines(), 1) if line.strip()
        ]
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} cannot be read: {error}.") from error
    if not lines:
        raise DatasetError(f"{path} is empty.")
    separator = next((each for each in ("::", "\t", ",") if each in lines[0][1]), None)
    rows = [(number, [field.strip() for field in line.split(separator)]) for number, line in lines]
    if WHOLE_NUMBER.fullmatch(rows[0][1][0]):
        columns: Sequence[str] = IN_ORDER[: len(rows[0][1])]
        if len({len(fields) for _, fields in rows}) > 1:
            return _lists(path, rows)
        if len(rows[0][1]) not in (2, 3, 4):
            raise DatasetError(f"{path}, line 1: {len(rows[0][1])} fields, expected rater, movie, stars and time.")
    else:
        columns = _columns(path, rows.pop(0)[1])
    return _ratings(path, rows, columns)


def _columns(path: Path, header: Sequence[str]) -> list[str]:
    found = []
    for written in header:
        name = written.partition(":")[0].strip('"').lower()
        found.append(next((column for column, names in NAMES.items() if name in names), ""))
    if not {"rater", "movie"} <= set(found):
        raise DatasetError(f'{path}, line 1: the header "{" ".join(header)}" names no column of raters or of movies.')
    return found


def _ratings(path: Path, rows: Sequence[tuple[int, list[str]]], columns: Sequence[str]) -> SplitFile:
    for number, fields in rows:
        if len(fields) != len(columns):
            raise DatasetError(f"{path}, line {number}: {len(fields)} fields, expected {len(columns)}.")
    values = {name: [(number, fields[place]) for number, fields in rows] for place, name in enumerate(columns) if name}
    return SplitFile(
        rater_ids=_ids(path, values["rater"]),
        movie_ids=_ids(path, values["movie"]),
        half_stars=_half_stars(path, values["stars"]) if "stars" in values else None,
        rated_at=_times(path, values["time"]) if "time" in values else None,
    )


def _lists(path: Path, rows: Sequence[tuple[int, list[str]]]) -> SplitFile:
    pairs = [(number, fields[0], movie) for number, fields in rows for movie in fields[1:]]
    raters = _ids(path, [(number, rater) for number, rater, _ in pairs])
    return SplitFile(raters, _ids(path, [(number, movie) for number, _, movie in pairs]), None, None)


def _ids(path: Path, written: Sequence[tuple[int, str]]) -> NDArray[np.int64]:
    return np.array(list(_parsed(path, written, "a whole number")), dtype=np.int64)


def _times(path: Path, written: Sequence[tuple[int, str]]) -> NDArray[np.int64]:
    return np.array(
        [_number(path, line, text, "a time in seconds since 1970") for line, text in written], dtype=np.int64
    )


def _half_stars(path: Path, written: Sequence[tuple[int, str]]) -> NDArray[np.int8]:
    expected = "one of 0.5, 1.0 … 5.0"
    doubled = [2 * _number(path, line, text, expected) for line, text in written]
    for (line, text), value in zip(written, doubled, strict=True):
        if value not in range(1, 11):
            raise DatasetError(f'{path}, line {line}: "{text}" is not {expected}.')
    return np.array(doubled, dtype=np.int8)


def _parsed(path: Path, written: Sequence[tuple[int, str]], expected: str) -> Iterator[int]:
    for line, text in written:
        if not WHOLE_NUMBER.fullmatch(text):
            raise DatasetError(f'{path}, line {line}: "{text}" is not {expected}.')
        yield int(float(text))


def _number(path: Path, line: int, text: str, expected: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise DatasetError(f'{path}, line {line}: "{text}" is not {expected}.') from None
