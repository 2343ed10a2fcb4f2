"""Read an exported file or archive: recognise each table, and collect the rows of all of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from recommender.formats.exports import any_table
from recommender.formats.exports.any_table import Cells
from recommender.formats.exports.export_format import ExportFormat
from recommender.formats.exports.formats import FORMATS, format_of
from recommender.formats.exports.people import FOLLOWED, ExportedPerson, read_people
from recommender.formats.exports.questions import NO_ANSWERS, Answers, UnclearList, Unrated
from recommender.formats.exports.rows import BadRow, ExportedRow, ExportError, Kind
from recommender.formats.exports.sources import Source, sources_of
from recommender.formats.exports.table_reading import TableReading
from recommender.formats.exports.tables import Table
from recommender.formats.exports.values import quoted

MAX_ROWS: Final = 50_000
# What the name of a file or sheet says about a list without ratings; the first that fits counts.
LIST_NAMES: Final[tuple[tuple[str, Unrated], ...]] = (
    ("watchlist", "watchlist"), ("wishlist", "watchlist"), ("watched", "seen"), ("history", "seen"),
    ("likes", "seen"), ("films", "seen"), ("diary", "seen"), ("想看", "watchlist"), ("看", "seen"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RatingExport:
    """The contents of an upload.

    Attributes
    ----------
    format : ExportFormat
        That of the first table about movies.
    rows : list of ExportedRow
        In the order of the file; in an archive, lines are counted on from file to file.
    left_out : dict of str to int
        How many rows were left out, by reason: "without a rating".
    bad : list of BadRow
        The rows that cannot be imported.
    unread_dates : int
        How many rows have a date that cannot be read.
    people : list of ExportedPerson
        Whom the user follows.
    """

    format: ExportFormat
    rows: list[ExportedRow]
    left_out: dict[str, int]
    bad: list[BadRow]
    unread_dates: int
    people: list[ExportedPerson] = field(default_factory=list)

    @property
    def kind(self) -> Kind:
        """What most of it is: ratings if there are any."""
        kinds = {row.kind for row in self.rows}
        return "ratings" if "ratings" in kinds or not kinds else self.rows[0].kind


def read_export(data: bytes, *, file_name: str = "", answers: Answers = NO_ANSWERS) -> RatingExport:
    """Read what another site or this one exports, or a table of one's own.

    Parameters
    ----------
    data : bytes
        CSV or JSON as uploaded, in any usual encoding and with any line endings, a web page with tables, a zip archive
        of such files, or an .xlsx file.
    file_name : str
        Tells what a list without ratings is, if it is called "watchlist.csv", "watched.csv" or the like.
    answers : Answers
        What the owner of the file said about it.

    Raises
    ------
    UnclearList, UnclearDates, UnclearTable
        If its owner has to be asked.
    ExportError
        If the upload is nothing we know, too large, damaged or without any good row; the message names the line.
    """
    reading = _Reading(answers)
    for source in sources_of(data, file_name):
        reading.read(source)
    return reading.result()


class _Reading:
    """Collects the rows of all tables of an upload."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.formats: list[ExportFormat] = []
        self.unknown: list[tuple[Source, Table, Cells]] = []
        self.rows: list[ExportedRow] = []
        self.people: list[ExportedPerson] = []
        self.left_out = Counter[str]()
        self.bad: list[BadRow] = []
        self.unread_dates = 0
        self.lines_before = 0

    def read(self, source: Source) -> None:
        for table in source.tables:
            cells = list(islice(table.rows, MAX_ROWS + 1))
            form = format_of([name.strip() for name in table.header])
            if form is not None and form.name == FOLLOWED:
                self._read_people(source, form, table.header, cells, table.bad)
            elif form is not None:
                self._read_table(source, form, table.header, cells, table.bad)
            elif source.may_ask and any_table.can_be_asked_about(table, cells):
                self.unknown.append((source, table, cells))
            elif source.may_ask and not source.is_part:
                raise _unknown(table)

    def result(self) -> RatingExport:
        if not self.formats and self.unknown:
            self._read_unknown()
        if not self.formats:
            raise ExportError("The file contains nothing that can be imported: no ratings, watchlist or seen movies.")
        self.bad.sort(key=lambda bad: (bad.file, bad.line))
        if not self.rows and not self.people and self.bad:
            raise ExportError(f"{self.bad[0]}.")
        about_movies = [form for form in self.formats if form.name != FOLLOWED]
        main = (about_movies or self.formats)[0]
        return RatingExport(main, self.rows, dict(self.left_out), self.bad, self.unread_dates, self.people)

    def _read_unknown(self) -> None:
        """Read the first table as its owner describes it, and say that the others are left out."""
        (source, table, cells), *others = self.unknown
        readable = any_table.described(table, cells, self.answers)
        self._read_table(source, readable.format, readable.header, readable.cells, table.bad)
        for other, _, rows in others:
            self.left_out[f"in {quoted(other.name)}"] += len(rows)

    def _read_people(
        self, source: Source, form: ExportFormat, header: Sequence[str], cells: Cells, bad: Sequence[BadRow]
    ) -> None:
        if len(self.people) + len(cells) > MAX_ROWS:
            raise ExportError(f"The file follows more than {MAX_ROWS:,} people; split it.")
        people, unnamed = read_people(form, header, cells)
        self.formats.append(form)
        self.people += people
        self.bad += [replace(each, file=source.name if source.is_part else "") for each in (*bad, *unnamed)]

    def _read_table(
        self, source: Source, form: ExportFormat, header: Sequence[str], cells: Cells, bad: Sequence[BadRow]
    ) -> None:
        unread_name = f"in {quoted(source.name)}"
        if any(part in source.name for part in form.other_lists):
            self.left_out[unread_name] += len(cells)
            return
        one = TableReading(form, header)
        for line, row in cells:
            if len(self.rows) + len(one.rows) >= MAX_ROWS:
                raise ExportError(f"Line {line} is beyond the limit of {MAX_ROWS:,} rows; split the file.")
            one.read(line, row)
        unrated = self._unrated(form, source, one)
        if unrated is None:
            self.left_out[unread_name] += len(cells)
            return
        self.formats.append(form)
        rows, unread = one.result(unrated, self.answers.dates)
        self.rows += [replace(row, line=row.line + self.lines_before) for row in rows]
        self.bad += [replace(each, file=source.name if source.is_part else "") for each in (*bad, *one.bad)]
        self.left_out += one.left_out
        self.unread_dates += unread
        self.lines_before += max((line for line, _ in cells), default=0)

    def _unrated(self, form: ExportFormat, source: Source, one: TableReading) -> Kind | None:
        """Return what rows without a rating are; None for a list in an archive of which nobody can say so."""
        if form.unrated == "left out":
            return "ratings"
        if form.unrated == "watchlist" or form.unrated == "seen":
            return form.unrated
        if form.rating and all(row.half_stars for row in one.rows):
            return "ratings"
        name = source.name.casefold() if form.unrated == "unclear" else ""
        said = next((kind for part, kind in LIST_NAMES if part in name), None) or self.answers.unrated
        if said is None and (form.unrated == "asked" or not source.is_part):
            raise UnclearList("This is a list without ratings. Is it your watchlist, or movies that you have seen?")
        return said


def _unknown(table: Table) -> ExportError:
    sites = [each.label.split()[0] for each in FORMATS if each.name not in {"marks", FOLLOWED, "letterboxd_import"}]
    known = ", ".join(dict.fromkeys(sites))
    return ExportError(
        f'Line {table.start} is "{quoted(",".join(table.header))}", which is not the header of any known export '
        f"({known}), nor of a table with a title and a rating."
    )
