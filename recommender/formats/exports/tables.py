"""The tables of an upload: rows of cells with their line numbers, from CSV text or JSON."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from recommender.formats.exports.rows import BadRow, ExportError

MAX_COLUMNS: Final = 200
MAX_BAD_ROWS: Final = 1000
MAX_HEADER_LENGTH: Final = 10_000
DELIMITERS: Final = ",;\t"
_SEP: Final = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)


@dataclass(slots=True)
class Table:
    """One table; `rows` yields the line on which a row begins and its cells, and `bad` lists rows that have none."""

    start: int
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    bad: list[BadRow] = field(default_factory=list)


def tables_of(text: str) -> list[Table]:
    """Return the table of a CSV file, or the lists of objects in a JSON file.

    Raises
    ------
    ExportError
        If there is no header, or JSON is damaged.
    """
    return _json_tables(text) if text.lstrip()[:1] in "[{" else [_csv_table(text)]


def _csv_table(text: str) -> Table:
    lines = text.splitlines(keepends=True) if "\n" in text or "\r" in text else [text]
    start = next(n for n, line in enumerate(lines) if line.strip())
    declared = _SEP.fullmatch(lines[start])
    if declared:
        start += 1
    header = lines[start][:MAX_HEADER_LENGTH] if start < len(lines) else ""
    delimiter = declared[1] if declared else max(DELIMITERS, key=header.count)
    bad: list[BadRow] = []
    rows = _csv_rows(lines, start, delimiter, bad)
    first = next(rows, None)
    if first is None:
        raise ExportError(f"{bad[0]}." if bad else "The file is empty.")
    if bad and bad[0].line < first[0]:
        raise ExportError(f"{bad[0]}.")
    return Table(*first, rows, bad)


def _csv_rows(lines: list[str], start: int, delimiter: str, bad: list[BadRow]) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank; after a row that cannot be read, go on in the next line."""
    at = start
    while at < len(lines):
        reader = csv.reader(iter(lines[at:]), delimiter=delimiter, skipinitialspace=True, strict=True)
        offset = begin = at
        try:
            for cells in reader:
                line, begin = begin + 1, offset + reader.line_num
                if len(cells) > MAX_COLUMNS:
                    _note(bad, line, f"has {len(cells):,} columns; no export we can read has that many")
                elif any(cell.strip() for cell in cells):
                    yield line, cells
            return
        except csv.Error as error:
            _note(bad, begin + 1, f"cannot be read: {_reason(error)}")
            at = begin + 1


def _note(bad: list[BadRow], line: int, reason: str) -> None:
    bad.append(BadRow(line, reason))
    if len(bad) >= MAX_BAD_ROWS:
        raise ExportError(f"{MAX_BAD_ROWS:,} rows cannot be read; the first: {bad[0]}.")


def _reason(error: csv.Error) -> str:
    message = str(error)
    if "field limit" in message:
        return f"a cell is longer than {csv.field_size_limit():,} characters"
    if "unexpected end of data" in message:
        return "a quotation mark is never closed"
    return f"the quotation marks are not in pairs ({message})" if "expected after" in message else message


def _json_tables(text: str) -> list[Table]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ExportError("The file begins like JSON but is not; export it again.") from error
    lists = content.values() if isinstance(content, dict) else [content]
    tables = []
    for entries in lists:
        if isinstance(entries, list) and entries and all(isinstance(entry, dict) for entry in entries):
            rows = [_flat(entry) for entry in entries]
            header = list(dict.fromkeys(name for row in rows for name in row))[:MAX_COLUMNS]
            cells = [(n, [row.get(name, "") for name in header]) for n, row in enumerate(rows, 1)]
            tables.append(Table(1, header, iter(cells)))
    return tables


def _flat(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return an object as cells; what Trakt says in an inner object about a movie and its ids becomes columns."""
    cells = {str(name): _text(value) for name, value in entry.items() if not isinstance(value, dict | list)}
    for kind in ("movie", "show", "season", "episode"):
        inner = entry.get(kind)
        if isinstance(inner, dict):
            cells.setdefault("type", kind)
            cells |= {str(name): _text(value) for name, value in inner.items() if not isinstance(value, dict | list)}
            ids = inner.get("ids")
            cells |= {f"{name}_id": _text(value) for name, value in ids.items()} if isinstance(ids, dict) else {}
            break
    if "last_watched_at" in cells:
        cells.setdefault("watched_at", cells["last_watched_at"])
    return cells


def _text(value: Any) -> str:
    return "" if value is None else str(value)
