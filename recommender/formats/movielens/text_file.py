"""Read delimited text into arrays with pyarrow; only after an error, read it line by line to find the bad row."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, Any, NoReturn

import pyarrow as pa
import pyarrow.csv

from recommender.formats.movielens.columns import Column
from recommender.formats.movielens.release import DatasetError, Release

BLOCK_BYTES = 1 << 24
UNIT_SEPARATOR = "\x1f"
"""Replaces "::", because pyarrow needs a delimiter of one byte; this one occurs in no title or tag."""

MAX_QUOTED = 100
"""Characters of a bad cell that an error quotes: the path may name a file that is no release."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """The format of one file of a release; without a header, `columns` has all of its columns in order.

    Columns in `optional` are read if the header has them.
    """

    name: str
    columns: tuple[Column, ...]
    delimiter: str = ","
    encoding: str = "utf-8"
    has_header: bool = True
    quoted: bool = True
    one_line_rows: bool = False
    optional: tuple[Column, ...] = ()

    def read(self, release: Release) -> dict[str, Any]:
        """Read the columns: numbers as NumPy arrays, text as lists of str.

        Raises
        ------
        DatasetError
            If the file is missing, empty or damaged, has another header, or has a bad row.
        """
        if not release.has(self.name):
            raise DatasetError(f"{self.name} is missing in {release.path}.")
        try:
            header = self._header(release)
            more = tuple(column for column in self.optional if column.name in header)
            if more:
                return replace(self, columns=(*self.columns, *more), optional=()).read(release)
            table = self._parse(release)
        except pa.ArrowInvalid as error:
            self._reject_first_bad_row(release, error)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise DatasetError(f"{self.name} in {release.path} is damaged: {error}.") from error
        return {column.name: self._values(release, column, table[column.name]) for column in self.columns}

    def reject(self, release: Release, row: int, column: str, why: str) -> NoReturn:
        """Raise for a value in a row (counted from 0), quoting its line and the value as written."""
        line, fields = next(islice(self._rows(release), row, None))
        raise DatasetError(f'{self.name}, line {line}: {column} "{fields[column][:MAX_QUOTED]}" {why}.')

    def line_of(self, release: Release, row: int) -> int:
        """Return the line of a row (counted from 0)."""
        return next(islice(self._rows(release), row, None))[0]

    def _header(self, release: Release) -> list[str]:
        with release.open(self.name) as file:
            first = file.readline(BLOCK_BYTES)
        if not first.strip():
            raise DatasetError(f"{self.name} in {release.path} is empty.")
        if not self.has_header:
            return []
        header = next(csv.reader([first.decode("utf-8-sig", "replace")]))
        if any(column.name not in header for column in self.columns):
            missing = ", ".join(column.name for column in self.columns if column.name not in header)
            expected = ",".join(column.name for column in self.columns)
            raise DatasetError(f'{self.name}, line 1: the header lacks {missing}; expected "{expected}".')
        return header

    def _parse(self, release: Release) -> pa.Table:
        names = None if self.has_header else [column.name for column in self.columns]
        with self._open(release) as file:
            return pyarrow.csv.read_csv(
                file,
                pyarrow.csv.ReadOptions(column_names=names, encoding=self.encoding, block_size=BLOCK_BYTES),
                pyarrow.csv.ParseOptions(
                    delimiter=self._one_byte_delimiter,
                    quote_char='"' if self.quoted else False,
                    newlines_in_values=self.quoted and not self.one_line_rows,
                ),
                pyarrow.csv.ConvertOptions(
                    column_types={column.name: column.type for column in self.columns},
                    include_columns=[column.name for column in self.columns],
                    null_values=[],
                ),
            )

    def _values(self, release: Release, column: Column, found: pa.ChunkedArray) -> Any:
        values, wrong = column.convert(found)
        if wrong.any():
            self.reject(release, int(wrong.argmax()), column.name, f"is not {column.expected}")
        return values

    def _reject_first_bad_row(self, release: Release, error: Exception) -> NoReturn:
        for line, fields in self._rows(release):
            for column in self.columns:
                if not column.accepts(fields[column.name]):
                    written = fields[column.name].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                    raise DatasetError(
                        f'{self.name}, line {line}: {column.name} "{written[:MAX_QUOTED]}" is not {column.expected}.'
                    ) from error
        raise DatasetError(f"{self.name} in {release.path} cannot be read: {_without_content(error)}.") from error

    def _rows(self, release: Release) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the rows as (line, fields by column name); blank lines are not rows, as in pyarrow."""
        with self._open(release) as file:
            lines = io.TextIOWrapper(file, self._python_encoding, errors="surrogateescape", newline="")
            reader = csv.reader(
                lines, delimiter=self._one_byte_delimiter, quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE
            )
            names = next(reader) if self.has_header else [column.name for column in self.columns]
            for fields in reader:
                if fields and len(fields) != len(names):
                    raise DatasetError(
                        f"{self.name}, line {reader.line_num}: {len(fields)} fields, expected {len(names)} "
                        f"({', '.join(names)})."
                    )
                if fields:
                    yield reader.line_num, dict(zip(names, fields, strict=True))

    def _open(self, release: Release) -> IO[bytes]:
        file = release.open(self.name)
        if len(self.delimiter) == 1:
            return file
        with file:
            return io.BytesIO(file.read().replace(self.delimiter.encode(), UNIT_SEPARATOR.encode()))

    @property
    def _one_byte_delimiter(self) -> str:
        return self.delimiter if len(self.delimiter) == 1 else UNIT_SEPARATOR

    @property
    def _python_encoding(self) -> str:
        return "utf-8-sig" if self.encoding == "utf-8" else self.encoding


def _without_content(error: Exception) -> str:
    """Return what is wrong without the row, which Arrow quotes after its count of columns."""
    return re.split(r"(?<=got \d): |(?<=got \d\d): ", str(error))[0].rstrip(".")
