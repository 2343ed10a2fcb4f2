"""The requests and responses of imports."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, Self

from ninja import Schema

from recommender.api.schemas import MovieId, MovieOut
from recommender.formats.exports.formats import FORMATS
from recommender.models import Movie, RatingImport, RatingImportRow
from recommender.services.imports import review

LABELS = {each.name: each.label for each in FORMATS}


class ImportSummary(Schema):
    """An import without its figures."""

    import_id: int
    source: str
    label: str
    file_name: str
    state: str
    created_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None

    @classmethod
    def of(cls, rating_import: RatingImport, **more: object) -> Self:
        """Build it from a row."""
        return cls(
            import_id=rating_import.pk,
            source=rating_import.source,
            label=LABELS.get(rating_import.source, rating_import.source),
            file_name=rating_import.file_name,
            state=rating_import.state,
            created_at=rating_import.created_at,
            applied_at=rating_import.applied_at,
            undone_at=rating_import.undone_at,
            **more,
        )


class ImportList(Schema):
    """A page of my imports."""

    count: int
    results: list[ImportSummary]

    @classmethod
    def of(cls, imports: Iterable[RatingImport], count: int) -> Self:
        """Build it from rows."""
        return cls(count=count, results=[ImportSummary.of(each) for each in imports])


class Matches(Schema):
    """How many rows found one movie, several, or none."""

    matched: int = 0
    ambiguous: int = 0
    unmatched: int = 0


class Outcomes(Schema):
    """What became of the rows: `added` and `replaced` ones have written a rating, `undone` ones no longer do."""

    added: int = 0
    replaced: int = 0
    kept: int = 0
    same: int = 0
    repeated: int = 0
    undone: int = 0


class LeftOut(Schema):
    """Rows left out because they are not about movies or have no rating."""

    what: str
    count: int


class ImportOut(ImportSummary):
    """An import with its figures; the `chosen` rows have a movie and are written when it is applied."""

    rows: int
    chosen: int
    matches: Matches
    outcomes: Outcomes
    left_out: list[LeftOut]

    @classmethod
    def of(cls, rating_import: RatingImport, **more: object) -> Self:
        """Build it from an import, and count its rows."""
        figures = review.figures(rating_import=rating_import)
        return super().of(
            rating_import,
            rows=figures.rows,
            chosen=figures.chosen,
            matches=Matches(**figures.matches),
            outcomes=Outcomes(**{name: count for name, count in figures.outcomes.items() if name}),
            left_out=[LeftOut(what=what, count=count) for what, count in rating_import.left_out.items()],
            **more,
        )


class ImportRowOut(Schema):
    """One row: what the file says, the movies it may be about, and the one chosen."""

    line: int
    title: str
    year: int | None
    stars: float | None
    rated_at: datetime | None
    match: str
    movie_id: int | None
    candidates: list[MovieOut]
    outcome: str

    @classmethod
    def of(cls, row: RatingImportRow, movies: Mapping[int, Movie]) -> Self:
        """Build it from a row and the movies of its candidates, plus the chosen movie if it is none of them."""
        chosen = [row.movie_id] if row.movie_id and row.movie_id not in row.candidates else []
        return cls(
            line=row.line,
            title=row.title,
            year=row.year,
            stars=row.half_stars / 2 if row.half_stars else None,
            rated_at=row.rated_at,
            match=row.match,
            movie_id=row.movie_id,
            candidates=[MovieOut.of(movies[each]) for each in (*row.candidates, *chosen) if each in movies],
            outcome=row.outcome,
        )


class ImportRowList(Schema):
    """A page of rows."""

    count: int
    results: list[ImportRowOut]

    @classmethod
    def of(cls, rows: Iterable[RatingImportRow], count: int, movies: Mapping[int, Movie]) -> Self:
        """Build it from rows and the movies of their candidates."""
        return cls(count=count, results=[ImportRowOut.of(row, movies) for row in rows])


class ChoiceIn(Schema):
    """The movie a row is about; null leaves it out."""

    movie_id: MovieId | None


class ApplyIn(Schema):
    """What happens to movies I have rated already."""

    existing: Literal["keep", "replace"]
