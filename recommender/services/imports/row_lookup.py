"""Look up rows of an import that the catalogue lacks, and choose the films that are added for them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Q

from recommender.models import Movie, RatingImport, RatingImportRow
from recommender.services.imports.review import lock

ROWS_AT_ONCE: Final = 4
SECONDS_AT_ONCE: Final = 8.0
"""No further row is begun after this, so that a slow source does not hold the request."""
Match = RatingImportRow.Match
FindMovie = Callable[[RatingImportRow], Movie | None]
"""From a row to its movie, if there is exactly one; what it raises ends the look-up."""


@dataclass(frozen=True, slots=True)
class RowsLookedUp:
    """How many rows were looked up and how many got a movie; the line to go on after, None when all are done."""

    asked: int
    found: int
    after: int | None


def look_up(*, rating_import: RatingImport, after: int, find: FindMovie) -> RowsLookedUp:
    """Look up the next few rows that were not found, and choose the film that a row's id or title and year leaves.

    Each row is saved by itself, so whatever happens, the next call goes on.

    Raises
    ------
    ImportClosed
        If the import has been applied.
    """
    with transaction.atomic():
        lock(rating_import, RatingImport.State.REVIEW)
    says_which = Q(year__isnull=False) & ~Q(title="") | Q(imdb_id__isnull=False) | Q(tmdb_id__isnull=False)
    waiting = rating_import.rows.filter(says_which, match=Match.UNMATCHED, movie=None, line__gt=after)
    rows = list(waiting.order_by("line")[: ROWS_AT_ONCE + 1])
    asked, found, began = 0, 0, time.monotonic()
    for row in rows[:ROWS_AT_ONCE]:
        if asked and time.monotonic() - began > SECONDS_AT_ONCE:
            break
        movie = find(row)
        asked, after = asked + 1, row.line
        if movie is not None:
            _choose(rating_import, row, movie)
            found += 1
    return RowsLookedUp(asked, found, after if asked < len(rows) else None)


@transaction.atomic
def _choose(rating_import: RatingImport, row: RatingImportRow, movie: Movie) -> None:
    """Match the row unless its owner has chosen a movie meanwhile."""
    lock(rating_import, RatingImport.State.REVIEW)
    undecided = rating_import.rows.filter(line=row.line, movie=None)
    undecided.update(movie=movie, match=Match.MATCHED, candidates=[movie.pk])
