"""Any table with a title or an id and a rating: guess what its columns hold, ask its owner, and read it as they say."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, get_args

from recommender.formats.exports import values
from recommender.formats.exports.dates import timestamps
from recommender.formats.exports.export_format import ExportFormat
from recommender.formats.exports.questions import Answers, Column, FirstRow, Role, UnclearTable
from recommender.formats.exports.tables import Table
from recommender.formats.exports.values import GRADES, Best, Scale, quoted

Cells = Sequence[tuple[int, list[str]]]
N_EXAMPLES: Final = 5
N_SAMPLED: Final = 200
MOST: Final = 0.8
"""How many of a column's values must look like ratings, say, for the column to be taken for one of ratings."""
QUESTION: Final = "This table is not from a site that we know. What is in its columns?"
NAMES: Final[Mapping[Role, tuple[str, ...]]] = {
    "title": ("title", "name", "film", "movie", "film name", "movie title", "titel", "titre", "título", "titolo",
              "название", "标题", "片名", "电影"),
    "year": ("year", "release year", "film year", "jahr", "année", "año", "anno", "год", "年份", "release date"),
    "rating": ("my rating", "your rating", "my score", "user rating", "rating", "score", "stars", "grade", "vote",
               "note", "bewertung", "nota", "puntuación", "voto", "моя оценка", "оценка", "个人评分", "我的评分",
               "评分"),
    "date": ("date rated", "rated at", "rated_at", "watched date", "watched at", "watched", "date", "datum", "fecha",
             "data", "дата", "打分日期", "创建时间"),
    "imdb_id": ("imdb id", "imdb_id", "imdbid", "imdb", "const", "tconst"),
    "tmdb_id": ("tmdb id", "tmdb_id", "tmdbid", "tmdb"),
}  # fmt: skip
"""The usual names of columns; of several, the one named first here is taken."""
_IMDB_ID: Final = re.compile(r"(?:\S*/)?tt[0-9]{6,9}/?", re.ASCII)
_YEAR: Final = re.compile(r"(?:18[789]|19[0-9]|20[0-9])[0-9]", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_LETTER: Final = re.compile(r"[^\W\d_]")
_WITHOUT_RATINGS: Final = ExportFormat(
    name="table", label="Table", columns=(), unrated="asked",
    title="title", year="year", rated_at="date", imdb_id="imdb_id", tmdb_id="tmdb_id",
)  # fmt: skip


def _rated(best: Scale) -> ExportFormat:
    label = "Table with grades" if best == "letters" else f"Table with ratings out of {best}"
    return ExportFormat(
        name=f"table_{best}", label=label, columns=(), best=best, rounded=True,
        rating="rating", title="title", year="year", rated_at="date", imdb_id="imdb_id", tmdb_id="tmdb_id",
    )  # fmt: skip


TABLES: Final[Mapping[Scale | None, ExportFormat]] = {
    None: _WITHOUT_RATINGS,
    **{best: _rated(best) for best in get_args(Scale)},
}


@dataclass(frozen=True, slots=True)
class ReadableTable:
    """A table as its owner described it: the header has the roles of the columns as their names."""

    format: ExportFormat
    header: list[str]
    cells: Cells


def can_be_asked_about(table: Table, cells: Cells) -> bool:
    """Tell whether this may be a table: two columns at least, and a row that has as many as the header."""
    return len(table.header) > 1 and any(len(row) == len(table.header) for _, row in cells)


def described(table: Table, cells: Cells, answers: Answers) -> ReadableTable:
    """Return the table as the answers describe it.

    Raises
    ------
    UnclearTable
        If they do not, with what can be guessed; or if something is missing in them.
    """
    first_row = answers.first_row or _first_row(table.header)
    columns = _columns(table, cells, first_row)
    if answers.columns is None:
        raise UnclearTable(QUESTION, columns, first_row)
    problem = _problem(answers.columns, table)
    if problem:
        raise UnclearTable(problem, columns, first_row)
    roles = list(answers.columns)
    scale = None
    if "rating" in roles:
        scale = answers.scale or columns[roles.index("rating")].scale
        if scale is None:
            raise UnclearTable("Choose the scale of the ratings.", columns, first_row)
    rows = cells if first_row == "names" else [(table.start, table.header), *cells]
    return ReadableTable(TABLES[scale], ["" if role == "nothing" else role for role in roles], rows)


def _problem(roles: Sequence[Role], table: Table) -> str:
    if len(roles) != len(table.header):
        return f"The table has {len(table.header)} columns, but {len(roles)} were described."
    twice = next((role for role, n in Counter(roles).items() if n > 1 and role != "nothing"), None)
    if twice:
        return f"Two columns are said to be the {LABELS[twice]}; choose one of them."
    if not {"title", "imdb_id", "tmdb_id"}.intersection(roles):
        return "Choose the column with the titles, or the one with the IMDb or TMDB ids."
    return ""


LABELS: Final[Mapping[Role, str]] = {
    "title": "title", "year": "year", "imdb_id": "IMDb id", "tmdb_id": "TMDB id", "rating": "rating", "date": "date",
}  # fmt: skip


def _first_row(header: Sequence[str]) -> FirstRow:
    """Guess whether a table begins with names or with a movie, which has a number, an id or a date."""
    cells = [cell.strip() for cell in header]
    usual = {name for names in NAMES.values() for name in names}
    if any(cell.casefold() in usual for cell in cells):
        return "names"
    is_value = any(values.stars(cell) is not None or _IMDB_ID.fullmatch(cell) or _is_date(cell) for cell in cells)
    return "values" if is_value or any(_YEAR.fullmatch(cell) for cell in cells) else "names"


def _columns(table: Table, cells: Cells, first_row: FirstRow) -> list[Column]:
    n_columns = len(table.header)
    rows = [row for _, row in cells if len(row) == n_columns]
    written = [[row[place].strip() for row in rows] for place in range(n_columns)]
    names = [name.strip() for name in table.header]
    roles = _roles(names if first_row == "names" else [""] * n_columns, written)
    return [
        Column(quoted(name), tuple(quoted(value) for value in column[:N_EXAMPLES]), role, scale_of(column))
        for name, column, role in zip(names, written, roles, strict=True)
    ]


def _roles(names: Sequence[str], written: Sequence[Sequence[str]]) -> list[Role]:
    """Guess what each column holds: by its name, and if no column has a usual name, by its values."""
    folded = [name.casefold() for name in names]
    found: dict[Role, int] = {}
    for role, usual in NAMES.items():
        place = next((folded.index(name) for name in usual if name in folded), None)
        if place is not None:
            found[role] = place
    for role, fits in _FITTING.items():
        left = [place for place in range(len(names)) if place not in found.values()]
        if role not in found:
            place = next((place for place in left if _holds(written[place], fits)), None)
            if place is not None:
                found[role] = place
    return [next((role for role, place in found.items() if place == n), "nothing") for n in range(len(names))]


def _holds(written: Sequence[str], fits: Callable[[str], object]) -> bool:
    filled = [value for value in written[:N_SAMPLED] if value]
    return sum(bool(fits(value)) for value in filled) >= max(1, MOST * len(filled)) and not _counts_up(filled)


def _counts_up(written: Sequence[str]) -> bool:
    """Tell whether a column only numbers the rows."""
    numbers = [values.stars(value) or 0 for value in written]
    return len(numbers) > 1 and all(after == before + 1 for before, after in pairwise(numbers))


def _is_date(written: str) -> bool:
    return not _NUMBER.fullmatch(written) and timestamps([written], order="day")[0] is not None


def _is_rating(written: str) -> bool:
    number = values.stars(written)
    return written.upper() in GRADES or (number is not None and number <= 100)


def _is_text(written: str) -> bool:
    return bool(_LETTER.search(written)) and not _IMDB_ID.fullmatch(written) and "://" not in written


_FITTING: Final[Mapping[Role, Callable[[str], object]]] = {
    "imdb_id": _IMDB_ID.fullmatch, "year": _YEAR.fullmatch, "date": _is_date, "rating": _is_rating, "title": _is_text,
}  # fmt: skip


def scale_of(written: Sequence[str]) -> Scale | None:
    """Guess the scale of ratings: what they say themselves, grades, or what the highest fits into."""
    filled = [value for value in written if value]
    said = Counter(best for value in filled if (best := values.own_best(value)))
    if said:
        return said.most_common(1)[0][0]
    numbers = [number for value in filled if (number := values.stars(value)) is not None]
    if sum(value.upper() in GRADES for value in filled) > len(numbers):
        return "letters"
    highest = max(numbers, default=0)
    scales: tuple[Best, ...] = (5, 10, 100)
    return next((best for best in scales if 0 < highest <= best), None)
