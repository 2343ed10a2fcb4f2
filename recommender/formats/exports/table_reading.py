"""Read the rows of one table: its columns by name, its bad rows into a list."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from recommender.formats.exports import values
from recommender.formats.exports.dates import timestamps
from recommender.formats.exports.export_format import ExportFormat
from recommender.formats.exports.questions import DateOrder
from recommender.formats.exports.rows import BadRow, ExportedRow, ExportError, Kind
from recommender.formats.exports.values import MAX_QUOTE_LENGTH, Scale, quoted
from recommender.titles.text import display_title, split_title

MAX_TYPES: Final = 20
SCALES: Final[Mapping[Scale, str]] = {
    4: "a number up to 4", 5: "one of 0.5, 1, 1.5 … 5", 10: "one of 1, 2, 3 … 10", 20: "a number up to 20",
    100: "a number up to 100", "letters": "a grade from A+ to F",
}  # fmt: skip


class TableReading:
    """Collects the rows of one table; what rows without a rating are is known only at the end."""

    def __init__(self, form: ExportFormat, header: Sequence[str]) -> None:
        places: dict[str, int] = {}
        for place, name in enumerate(header):
            places.setdefault(name.strip().casefold(), place)
        self.format, self.n_columns = form, len(header)
        self.places: Mapping[str, int] = places
        self.rows: list[ExportedRow] = []
        self.dates: list[str] = []
        self.left_out = Counter[str]()
        self.bad: list[BadRow] = []
        self.rater: str | None = None

    def read(self, line: int, cells: list[str]) -> None:
        if len(cells) != self.n_columns:
            self.bad.append(BadRow(line, f"has {len(cells):,} columns, the header has {self.n_columns}"))
            return
        self._check_rater(line, self._cell(cells, self.format.rater))
        row = self._row(line, cells)
        if row is not None:
            self.rows.append(row)
            self.dates.append(self._cell(cells, self.format.rated_at))

    def result(self, unrated: Kind, dates: DateOrder | None) -> tuple[list[ExportedRow], int]:
        """Return the rows, and how many of them have a date that cannot be read.

        Raises
        ------
        UnclearDates
            If nothing says whether days or months come first, and `dates` does not either.
        """
        read = timestamps(self.dates, seconds=self.format.name == "movielens", order=dates)
        unread = sum(date is None and bool(written) for date, written in zip(read, self.dates, strict=True))
        rows = []
        for row, date in zip(self.rows, read, strict=True):
            if row.half_stars is None and row.kind == "ratings" and unrated == "ratings":
                self._leave_out("without a rating")
                continue
            kind = unrated if row.half_stars is None and row.kind == "ratings" else row.kind
            rows.append(replace(row, kind=kind, rated_at=date))
        return rows, unread

    def _row(self, line: int, cells: list[str]) -> ExportedRow | None:
        form = self.format
        written = self._cell(cells, form.rating)
        written = "" if written in form.not_rated else written
        half_stars = values.half_stars(written, form.best, rounded=form.rounded, zero=form.zero) if written else None
        if written and half_stars is None:
            self.bad.append(BadRow(line, f': {form.rating_name} is "{quoted(written)}", not {SCALES[form.best]}'))
            return None
        movie_id = values.identifier(self._cell(cells, form.movie_id))
        if form.movie_id and movie_id is None:
            found = quoted(self._cell(cells, form.movie_id))
            self.bad.append(BadRow(line, f': {form.movie_id} is "{found}", not a whole number above 0'))
            return None
        kind = self._kind(cells) if half_stars is None else "ratings"
        if kind is None:
            return None
        title, *others = self._titles(cells)
        year = values.year(self._cell(cells, form.year))
        what = values.title(self._cell(cells, form.type))[:MAX_QUOTE_LENGTH] or values.series(title)
        row = ExportedRow(
            line=line,
            title=title if year else display_title(title),
            other_titles=tuple(others),
            year=year or split_title(title)[1],
            half_stars=half_stars,
            rated_at=None,
            movie_id=movie_id,
            imdb_id=values.imdb_id(self._cell(cells, form.imdb_id)),
            tmdb_id=values.identifier(self._cell(cells, form.tmdb_id)),
            kind=kind,
            type="" if "".join(what.casefold().split()) in form.movie_types else what,
        )
        if not (row.title or row.movie_id or row.imdb_id or row.tmdb_id):
            self.bad.append(BadRow(line, "has neither a title nor an id"))
            return None
        return row

    def _titles(self, cells: list[str]) -> list[str]:
        """Return the title, which may be empty, and then the others."""
        form = self.format
        main = values.titles(self._cell(cells, form.title), form.title_separator)
        others = [values.title(self._cell(cells, name)) for name in form.other_titles.split("|")]
        return [main[0], *list(dict.fromkeys(each for each in (*main[1:], *others) if each and each != main[0]))]

    def _kind(self, cells: list[str]) -> Kind | None:
        """Return what a row without a rating says that it is; "ratings" if the file has no column for that."""
        if not self.format.kind or self.format.kind.casefold() not in self.places:
            return "ratings"
        written = self._cell(cells, self.format.kind)
        kind = self.format.kinds.get(written.casefold())
        if kind is None:
            self._leave_out(f"marked {quoted(written)}" if written else "without a rating")
        return kind

    def _cell(self, cells: list[str], names: str) -> str:
        for name in names.casefold().split("|") if names else ():
            place = self.places.get(name)
            if place is not None and cells[place].strip():
                return cells[place].strip()
        return ""

    def _check_rater(self, line: int, rater: str) -> None:
        """Refuse the ratings of several people, such as a whole MovieLens release."""
        if self.rater is not None and rater != self.rater:
            raise ExportError(
                f'Line {line} belongs to {self.format.rater} "{quoted(rater)}", the lines before it to '
                f'"{quoted(self.rater)}"; choose a file with only your own ratings.'
            )
        self.rater = rater

    def _leave_out(self, kind: str) -> None:
        self.left_out[kind if kind in self.left_out or len(self.left_out) < MAX_TYPES else "of other types"] += 1
