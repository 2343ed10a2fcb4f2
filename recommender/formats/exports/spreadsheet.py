"""The sheets of an .xlsx file, read row by row, within limits that no file can exceed."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from recommender.formats.exports.file_text import MAX_BYTES
from recommender.formats.exports.rows import ExportError
from recommender.formats.exports.tables import MAX_COLUMNS, Table

MAX_SHEETS: Final = 50
MAX_SHEET_ROWS: Final = 50_002
"""One more than may be read below the header, so that the limit is noticed."""
WORKBOOK: Final = "xl/workbook.xml"
OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
DAMAGED: Final = (
    ParseError, DefusedXmlException, InvalidFileException, zipfile.BadZipFile, zlib.error, EOFError, OSError,
    LookupError, ValueError, TypeError, AttributeError, NotImplementedError, OverflowError, AssertionError,
)  # fmt: skip
"""What openpyxl raises for files that are no workbooks inside; it promises nothing narrower."""


def is_workbook(data: bytes) -> bool:
    """Tell whether a file is a zip archive with a workbook in it."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return WORKBOOK in archive.namelist()
    except DAMAGED:
        return False


def sheets_of(data: bytes) -> list[tuple[str, Table]]:
    """Return the name and the table of each sheet with rows.

    Raises
    ------
    ExportError
        If the file is damaged, or larger than `MAX_BYTES` when unpacked.
    """
    try:
        _check_size(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            sheets = [(sheet.title, list(_rows(sheet))) for sheet in book.worksheets[:MAX_SHEETS]]
        finally:
            book.close()
    except ExportError:
        raise
    except DAMAGED as error:
        raise ExportError("The spreadsheet is damaged; save it again, or save it as CSV.") from error
    return [(name, Table(*rows[0], _padded(rows[1:], len(rows[0][1])))) for name, rows in sheets if rows]


def _check_size(data: bytes) -> None:
    """Refuse zip bombs: Python's zipfile never unpacks more of a file than the archive claims that it has."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
            raise ExportError(f"The spreadsheet is larger than {MAX_BYTES >> 20} MB inside; save it as CSV.")


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each row that is not blank, without blank cells at its end."""
    sheet.reset_dimensions()  # what the file says about its size may be wrong
    rows = sheet.iter_rows(values_only=True, max_row=MAX_SHEET_ROWS, max_col=MAX_COLUMNS)
    for number, row in enumerate(rows, 1):
        if row.count(None) == len(row):
            continue
        cells = [_text(value) for value in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield number, cells


def _padded(rows: Iterable[tuple[int, list[str]]], n_columns: int) -> Iterator[tuple[int, list[str]]]:
    for number, cells in rows:
        yield number, cells + [""] * (n_columns - len(cells))


def _text(value: object) -> str:
    """Return a cell as a CSV file would have it."""
    if value is None:
        return ""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
