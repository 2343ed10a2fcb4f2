"""The requests and responses of imports."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Literal, Self

from ninja import Schema
from pydantic import Field

from recommender.api.schemas import MovieId, MovieOut, Problem
from recommender.formats.exports import Answers, UnclearDates, UnclearList, UnclearTable
from recommender.formats.exports.any_table import TABLES
from recommender.formats.exports.formats import FORMATS
from recommender.formats.exports.questions import Column, DateOrder, FirstRow, Role, Unrated
from recommender.formats.exports.values import Scale
from recommender.models import Movie, RatingImport, RatingImportRow
from recommender.services.imports import review

LABELS = {each.name: each.label for each in (*FORMATS, *TABLES.values())}


ScaleName = Literal["4", "5", "10", "20", "100", "letters"]
SCALES: Mapping[ScaleName, Scale] = {"4": 4, "5": 5, "10": 10, "20": 20, "100": 100, "letters": "letters"}


class AnswersIn(Schema):
    """What a file leaves open; only what was asked is needed."""

    unrated: Unrated | None = Field(None, description="What a list without ratings is.")
    dates: DateOrder | None = Field(None, description="What comes first in dates such as 04/05/2026.")
    columns: list[Role] = Field(
        [], description="What each column of a table holds, in their order; the field is repeated.", max_length=200
    )
    scale: ScaleName | None = Field(None, description="The best rating in the table; letters are grades up to A+.")
    first_row: FirstRow | None = Field(None, description="Whether the table begins with names or with a movie.")

    def answers(self) -> Answers:
        """Return them as the reader takes them."""
        scale = SCALES[self.scale] if self.scale else None
        return Answers(self.unrated, self.dates, self.columns or None, scale, self.first_row)


class ColumnOut(Schema):
    """A column of a table: its name, its first values, what it seems to hold, and the scale if those are ratings."""

    name: str
    values: list[str]
    role: Role
    scale: ScaleName | None

    @classmethod
    def of(cls, column: Column) -> Self:
        """Build it from a column."""
        scale = next((name for name, scale in SCALES.items() if scale == column.scale), None)
        return cls(name=column.name, values=list(column.values), role=column.role, scale=scale)


class ImportQuestion(Problem):
    """Why a file is refused; `ask` names the field of the form that has to be answered, if that would help.

    If `dates` is asked, `readings` has both readings of one date in the file. If `columns` is asked, `columns` has each
    column with what it seems to hold, and `first_row` whether the table seems to begin with their names.
    """

    ask: Literal["unrated", "dates", "columns"] | None = None
    readings: dict[DateOrder, date | None] | None = None
    columns: list[ColumnOut] | None = None
    first_row: FirstRow | None = None

    @classmethod
    def of(cls, error: UnclearList | UnclearDates | UnclearTable) -> Self:
        """Build it from what the reader asks."""
        if isinstance(error, UnclearDates):
            readings: dict[DateOrder, date | None] = {"day": error.day_first, "month": error.month_first}
            return cls(detail=str(error), ask="dates", readings=readings)
        if isinstance(error, UnclearTable):
            columns = [ColumnOut.of(column) for column in error.columns]
            return cls(detail=str(error), ask="columns", columns=columns, first_row=error.first_row)
        return cls(detail=str(error), ask="unrated")


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


class Kinds(Schema):
    """How many rows are ratings, and how many are movies of a watchlist, seen without a rating, or hidden."""

    ratings: int = 0
    watchlist: int = 0
    seen: int = 0
    hidden: int = 0


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
    """An import with its figures; the `chosen` rows have a movie and are written when it is applied.

    `bad_rows` says of the first rows that cannot be read where they are and why; dates that cannot be read become the
    time of the import.
    """

    rows: int
    chosen: int
    kinds: Kinds
    matches: Matches
    outcomes: Outcomes
    left_out: list[LeftOut]
    kind: str
    bad_rows: list[str]
    n_bad_rows: int
    n_unread_dates: int
    people: Annotated[int, Field(description="How many people of the file are known here, to be followed.")]
    n_unknown_people: int
    followed: Annotated[int, Field(description="How many of them I did not follow before it was applied.")]

    @classmethod
    def of(cls, rating_import: RatingImport, **more: object) -> Self:
        """Build it from an import, and count its rows."""
        figures = review.figures(rating_import=rating_import)
        return super().of(
            rating_import,
            rows=figures.rows,
            chosen=figures.chosen,
            kinds=Kinds(**figures.kinds),
            matches=Matches(**figures.matches),
            outcomes=Outcomes(**{name: count for name, count in figures.outcomes.items() if name}),
            kind=rating_import.kind,
            bad_rows=rating_import.bad_rows,
            n_bad_rows=rating_import.n_bad_rows,
            n_unread_dates=rating_import.n_unread_dates,
            people=len(rating_import.people),
            n_unknown_people=rating_import.n_unknown_people,
            followed=len(rating_import.followed),
            left_out=[LeftOut(what=what, count=count) for what, count in rating_import.left_out.items()],
            **more,
        )


class ImportRowOut(Schema):
    """One row: what the file says, the movies it may be about, and the one chosen."""

    line: int
    kind: str
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
            kind=row.kind,
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


class LookUpIn(Schema):
    """After which line to go on; 0 to begin."""

    after: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0


class LookUpOut(Schema):
    """How many rows were looked up, how many got a movie, and the `after` to go on with; null when all are done."""

    asked: int
    found: int
    after: int | None


class ApplyIn(Schema):
    """What happens to movies I have rated already."""

    existing: Literal["keep", "replace"]
