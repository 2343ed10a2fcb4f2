"""Read an exported file: recognise its header, read its columns by name, and name the first bad line."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from recommender.formats.exports import values
from recommender.formats.exports.file_text import text_of
from recommender.formats.exports.formats import FORMATS, ExportFormat, format_of
from recommender.formats.exports.rows import ExportedRow, ExportError
from recommender.titles.text import display_title, split_title

MAX_COLUMNS: Final = 200
MAX_ROWS: Final = 50_000
MAX_TYPES: Final = 20
MAX_HEADER_LENGTH: Final = 10_000
MAX_QUOTE_LENGTH: Final = 40
DELIMITERS: Final = ",;\t"


@dataclass(frozen=True, slots=True)
class RatingExport:
    """The contents of a file.

    Attributes
    ----------
    format : ExportFormat
    rows : list of ExportedRow
        In the order of the file.
    left_out : dict of str to int
        How many rows were left out, by reason: "TV Series", "without a rating".
    """

    format: ExportFormat
    rows: list[ExportedRow]
    left_out: dict[str, int]


def read_export(data: bytes) -> RatingExport:
    """Read a CSV export of MovieLens, movielens.org, Letterboxd, IMDb or Trakt.

    Parameters
    ----------
    data : bytes
        The file as uploaded, in any usual encoding and with any line endings, or a zip archive with a ratings.csv.

    Raises
    ------
    ExportError
        If the file is none of these, too large or damaged; the message names the line.
    """
    lines = _lines(text_of(data))
    start, header = next(lines, (1, []))
    found = format_of([name.strip() for name in header])
    if found is None:
        known = ", ".join(each.label for each in FORMATS)
        raise ExportError(
            f'Line {start} is "{_quoted(",".join(header))}", which is not the header of any known export: {known}.'
        )
    return _Reading(found, header).read_all(lines)


class _Reading:
    """Collects the rows of one file."""

    def __init__(self, found: ExportFormat, header: list[str]) -> None:
        places: dict[str, int] = {}
        for place, name in enumerate(header):
            places.setdefault(name.strip().casefold(), place)
        self.format = found
        self.n_columns = len(header)
        self.places: Mapping[str, int] = places
        self.rows: list[ExportedRow] = []
        self.left_out = Counter[str]()
        self.rater: str | None = None

    def read_all(self, lines: Iterator[tuple[int, list[str]]]) -> RatingExport:
        for line, cells in lines:
            if len(cells) != self.n_columns:
                raise ExportError(f"Line {line} has {len(cells):,} columns, the header has {self.n_columns}.")
            if len(self.rows) >= MAX_ROWS:
                raise ExportError(f"Line {line} is beyond the limit of {MAX_ROWS:,} rows; split the file.")
            row = self._row(line, cells)
            if row is not None:
                self.rows.append(row)
        return RatingExport(self.format, self.rows, dict(self.left_out))

    def _row(self, line: int, cells: list[str]) -> ExportedRow | None:
        form = self.format
        self._check_rater(line, self._cell(cells, form.rater))
        kind = values.title(self._cell(cells, form.type))[:MAX_QUOTE_LENGTH]
        if kind and "".join(kind.casefold().split()) not in form.movie_types:
            self._leave_out(kind)
            return None
        written = self._cell(cells, form.rating)
        if form.kind == "ratings" and not written:
            self._leave_out("without a rating")
            return None
        half_stars = values.half_stars(written, form.steps_per_star) if written else None
        if written and half_stars is None:
            scale = "0.5, 1, 1.5 … 5" if form.steps_per_star == 2 else "1, 2, 3 … 10"
            raise ExportError(f'Line {line}: {form.rating} is "{_quoted(written)}", not one of {scale}.')
        movie_id = values.identifier(self._cell(cells, form.movie_id))
        if form.movie_id and movie_id is None:
            found = _quoted(self._cell(cells, form.movie_id))
            raise ExportError(f'Line {line}: {form.movie_id} is "{found}", not a whole number above 0.')
        title = values.title(self._cell(cells, form.title))
        year = values.year(self._cell(cells, form.year))
        return ExportedRow(
            line=line,
            title=title if year else display_title(title),
            year=year or split_title(title)[1],
            half_stars=half_stars,
            rated_at=values.timestamp(self._cell(cells, form.rated_at)),
            movie_id=movie_id,
            imdb_id=values.imdb_id(self._cell(cells, form.imdb_id)),
            tmdb_id=values.identifier(self._cell(cells, form.tmdb_id)),
        )

    def _cell(self, cells: list[str], name: str) -> str:
        place = self.places.get(name.casefold()) if name else None
        return "" if place is None else cells[place].strip()

    def _check_rater(self, line: int, rater: str) -> None:
        """Refuse the ratings of several people, such as a whole MovieLens release."""
        if self.rater is not None and rater != self.rater:
            raise ExportError(
                f'Line {line} belongs to {self.format.rater} "{_quoted(rater)}", the lines before it to '
                f'"{_quoted(self.rater)}"; choose a file with only your own ratings.'
            )
        self.rater = rater

    def _leave_out(self, kind: str) -> None:
        self.left_out[kind if kind in self.left_out or len(self.left_out) < MAX_TYPES else "of other types"] += 1


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank, with the line it begins on; the first one is the header."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    start = 1
    try:
        for cells in reader:
            if len(cells) > MAX_COLUMNS:
                raise ExportError(f"Line {start} has {len(cells):,} columns; no export we can read has that many.")
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise ExportError(f"Line {start} cannot be read: {_reason(error)}.") from error


def _delimiter(text: str) -> str:
    """Return the delimiter in the header: a spreadsheet may have saved the file with semicolons or tabs."""
    header = text.lstrip()[:MAX_HEADER_LENGTH].splitlines()[0]
    return max(DELIMITERS, key=header.count)


def _reason(error: csv.Error) -> str:
    message = str(error)
    if "field limit" in message:
        return f"a cell is longer than {csv.field_size_limit():,} characters"
    if "unexpected end of data" in message:
        return "a quotation mark is never closed"
    return f"the quotation marks are not in pairs ({message})" if "expected after" in message else message


def _quoted(text: str) -> str:
    """Return text of the file as a message may repeat it: one short line of visible characters."""
    plain = values.title(text)
    return plain if len(plain) <= MAX_QUOTE_LENGTH else f"{plain[:MAX_QUOTE_LENGTH]}…"
