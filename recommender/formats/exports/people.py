"""Read the people whom a member of this site follows, as its own export writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from recommender.formats.exports import values
from recommender.formats.exports.any_table import Cells
from recommender.formats.exports.dates import timestamps
from recommender.formats.exports.export_format import ExportFormat
from recommender.formats.exports.rows import BadRow
from recommender.formats.exports.values import quoted

FOLLOWED: Final = "followed_people"
"""The name of the format, whose rows are about people instead of movies."""


@dataclass(frozen=True, slots=True)
class ExportedPerson:
    """Somebody followed: the numbers of their IMDb and TMDB ids, and since when, if the file says so."""

    imdb_id: int | None
    tmdb_id: int | None
    followed_at: datetime | None


def read_people(form: ExportFormat, header: Sequence[str], cells: Cells) -> tuple[list[ExportedPerson], list[BadRow]]:
    """Return the people of a table, and the rows that name nobody; ids of this site mean nothing elsewhere."""
    places = {name.strip().casefold(): place for place, name in enumerate(header)}
    found: list[tuple[int | None, int | None, str]] = []
    bad: list[BadRow] = []
    for line, row in cells:
        named = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        ids = [values.identifier(named.get(column.casefold(), "")) for column in (form.imdb_id, form.tmdb_id)]
        if not any(ids):
            bad.append(BadRow(line, f': "{quoted(named.get(form.title, ""))}" has neither an IMDb nor a TMDB id'))
            continue
        found.append((ids[0], ids[1], named.get(form.rated_at, "")))
    dates = timestamps([written for _, _, written in found], order="day")
    return [ExportedPerson(imdb, tmdb, date) for (imdb, tmdb, _), date in zip(found, dates, strict=True)], bad
