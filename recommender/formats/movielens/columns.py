"""The values that a column of a MovieLens file may have, checked in whole arrays and in single cells."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
WHOLE_NUMBER = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Number:
    """Numbers from `low` to `high` in steps of `step`."""

    name: str
    type: pa.DataType
    expected: str
    low: float
    high: float
    step: float = 1

    def convert(self, values: pa.ChunkedArray) -> tuple[NDArray[Any], Mask]:
        """Return the values, (n,), and which of them are invalid, (n,) bool."""
        numbers = values.to_numpy()
        return numbers, self._invalid(numbers)

    def accepts(self, written: str) -> bool:
        """Whether one value, as written in the file, is valid."""
        if self.step == 1 and not WHOLE_NUMBER.fullmatch(written):
            return False
        try:
            number = float(written)
        except ValueError:
            return False
        return not bool(self._invalid(np.array([number]))[0])

    def _invalid(self, numbers: NDArray[Any]) -> Mask:
        invalid: Mask = ~((numbers >= self.low) & (numbers <= self.high))
        if self.step != 1:
            steps = numbers * numbers.dtype.type(1 / self.step)
            invalid |= steps != np.rint(steps)
        return invalid


@dataclass(frozen=True, slots=True)
class Text:
    """Text that matches `pattern`, without NUL (PostgreSQL cannot store it) and without `ignored_end`."""

    name: str
    expected: str
    pattern: str
    max_length: int = 512
    ignored_end: str = ""

    @property
    def type(self) -> pa.DataType:
        """The Arrow type."""
        return pa.string()

    def convert(self, values: pa.ChunkedArray) -> tuple[list[str], Mask]:
        """Return the values and which of them are invalid, (n,) bool."""
        matches = pc.match_substring_regex(values, f"^(?:{self.pattern})$").to_numpy()
        too_long = pc.utf8_length(values).to_numpy() > self.max_length
        return [value.removesuffix(self.ignored_end) for value in values.to_pylist()], ~matches | too_long

    def accepts(self, written: str) -> bool:
        """Whether one value, as written in the file, is valid; a lone surrogate is a byte that could not be decoded."""
        decoded = not any("\udc80" <= character <= "\udcff" for character in written)
        return decoded and len(written) <= self.max_length and re.fullmatch(self.pattern, written) is not None


Column = Number | Text


def identifier(name: str) -> Number:
    """Return a column of ids, from 1."""
    return Number(name, pa.int32(), "a whole number above 0", low=1, high=2**31 - 1)


def stars(name: str) -> Number:
    """Return a column of ratings on the half-star grid."""
    return Number(name, pa.float32(), "one of 0.5, 1.0 … 5.0", low=0.5, high=5, step=0.5)


def seconds(name: str) -> Number:
    """Return a column of times."""
    return Number(name, pa.int64(), "a time in seconds since 1970", low=0, high=2**32)


def flag(name: str) -> Number:
    """Return a column of zeros and ones."""
    return Number(name, pa.int8(), "0 or 1", low=0, high=1)


def title(name: str) -> Text:
    """Return a column of text that is never empty."""
    return Text(name, "a title of up to 512 characters", r"[^\x00]*[^\x00\s][^\x00]*")


def free_text(name: str) -> Text:
    """Return a column of text."""
    return Text(name, "text of up to 10,000 characters", r"[^\x00]*", max_length=10_000)


def path(name: str) -> Text:
    """Return a column of paths on another site, empty where unknown."""
    return Text(name, "a path of up to 64 characters or nothing", r"(?:/\S+)?", max_length=64)


def digits(name: str) -> Text:
    """Return a column of ids of other sites, kept as text, empty where unknown."""
    return Text(name, "up to nine digits or nothing", r"(?:[0-9]{1,9}(?:\.0)?)?", ignored_end=".0")


def year(name: str) -> Text:
    """Return a column of years, kept as text, empty where unknown."""
    return Text(name, "a year or nothing", r"(?:[0-9]{4}(?:\.0)?)?", ignored_end=".0")
