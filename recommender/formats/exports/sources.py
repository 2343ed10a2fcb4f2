"""The tables of an upload, whatever kind of file it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from recommender.formats.exports.file_text import text_files
from recommender.formats.exports.html_tables import is_page, tables_of_page
from recommender.formats.exports.rows import ExportError
from recommender.formats.exports.spreadsheet import OLD_EXCEL, is_workbook, sheets_of
from recommender.formats.exports.tables import Table, tables_of


@dataclass(frozen=True, slots=True)
class Source:
    """A file or a sheet with its tables.

    Attributes
    ----------
    name : str
    tables : list of Table
    is_part : bool
        Whether others came with it, in an archive or a workbook.
    may_ask : bool
        Whether its owner is asked what the columns hold if nothing tells: in a CSV file and in a sheet.
    """

    name: str
    tables: list[Table]
    is_part: bool
    may_ask: bool


def sources_of(data: bytes, name: str) -> Iterator[Source]:
    """Yield the parts of an upload; raise `ExportError` if it cannot be read or is too large."""
    if data.startswith(OLD_EXCEL):
        raise ExportError("This is a file of an old Excel; open it there and save it as .xlsx or CSV.")
    if is_workbook(data):
        sheets = sheets_of(data)
        if not sheets:
            raise ExportError("The spreadsheet is empty.")
        for title, table in sheets:
            yield Source(title if len(sheets) > 1 else name, [table], len(sheets) > 1, may_ask=True)
        return
    for file in text_files(data, name):
        if is_page(file.text):
            yield Source(file.name, tables_of_page(file.text), file.in_archive, may_ask=False)
        else:
            yield Source(file.name, tables_of(file.text), file.in_archive, may_ask=not file.is_json)
