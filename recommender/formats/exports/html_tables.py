"""The tables of a web page: FilmAffinity exports pages, and Kinopoisk's .xls files are pages, too.

Python's own parser of HTML needs quadratic time for damaged pages, so that a small one could keep the site busy.
"""

import html
import re
from typing import Final

from recommender.formats.exports.formats import FILMAFFINITY_COLUMNS
from recommender.formats.exports.rows import ExportError
from recommender.formats.exports.tables import MAX_COLUMNS, Table

HEADERS: Final = {"movie-ratings": FILMAFFINITY_COLUMNS}
"""The columns of tables that have no header, by the class of the table."""
_TAG: Final = re.compile(r"<(/?)(table|tr|td|th)\b([^<>]*)>", re.IGNORECASE)
_CLASS: Final = re.compile(r"\bclass\s*=\s*[\"']([^\"'<>]*)", re.IGNORECASE)
_BREAK: Final = re.compile(r"<br\b[^<>]*>", re.IGNORECASE)
_OTHER_TAG: Final = re.compile(r"<[^<>]*>")
Rows = list[tuple[int, list[str]]]


def is_page(text: str) -> bool:
    """Tell whether a file is a web page or a part of one."""
    return text.lstrip()[:1] == "<"


def tables_of_page(text: str) -> list[Table]:
    """Return every table that has rows below its header; raise `ExportError` if a row is too long."""
    tables = [[(line, cells) for line, cells in rows if any(cells)] for rows in _tables(text)]
    return [Table(*rows[0], iter(rows[1:])) for rows in tables if len(rows) > 1]


def _tables(text: str) -> list[Rows]:
    tables: list[Rows] = []
    cell_from, at, line = -1, 0, 1
    for tag in _TAG.finditer(text):
        if cell_from >= 0:  # whatever comes next ends a cell
            tables[-1][-1][1].append(_plain(text[cell_from : tag.start()]))
            cell_from = -1
        line, at = line + text.count("\n", at, tag.start()), tag.start()
        name = tag[2].lower()
        if tag[1]:
            continue
        if name == "table":
            tables.append([(line, list(header))] if (header := _header(tag[3])) else [])
        elif name == "tr" and tables:
            tables[-1].append((line, []))
        elif name in {"td", "th"} and tables and tables[-1]:
            if len(tables[-1][-1][1]) >= MAX_COLUMNS:
                raise ExportError(f"Line {line} has over {MAX_COLUMNS} columns; no export we can read has that many.")
            cell_from = tag.end()
    if cell_from >= 0:
        tables[-1][-1][1].append(_plain(text[cell_from:]))
    return tables


def _header(attributes: str) -> tuple[str, ...] | None:
    found = _CLASS.search(attributes)
    classes = found[1].split() if found else []
    return next((HEADERS[name] for name in classes if name in HEADERS), None)


def _plain(cell: str) -> str:
    return " ".join(html.unescape(_OTHER_TAG.sub("", _BREAK.sub(" ", cell))).split())
