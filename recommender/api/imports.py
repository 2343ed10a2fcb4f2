"""Import my ratings from another site: preview, choose, apply, undo."""

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Path, Router, Status, UploadedFile
from ninja.security import django_auth
from pydantic import Field

from recommender.api import parameters
from recommender.api.import_schemas import (
    AnswersIn,
    ApplyIn,
    ChoiceIn,
    ImportList,
    ImportOut,
    ImportQuestion,
    ImportRowList,
    ImportRowOut,
    LookUpIn,
    LookUpOut,
)
from recommender.api.limits import Writes
from recommender.api.schemas import Limit, Offset, Problem
from recommender.formats.exports import values
from recommender.formats.exports.file_text import MAX_BYTES
from recommender.models import Movie, RatingImport, RatingImportRow
from recommender.services.catalogue import lookup, movies
from recommender.services.catalogue.lookup import Sought
from recommender.services.imports import ratings_writer, review, row_lookup

router = Router(tags=["imports"], auth=django_auth)
ERRORS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 413: Problem, 422: Problem, 429: Problem}
ImportId = Annotated[int, Field(ge=1, le=2_147_483_647)]
Line = Annotated[int, Field(ge=1, le=2_147_483_647)]


@router.post(
    "/imports",
    response={201: ImportOut, **ERRORS, 422: ImportQuestion},
    summary="Preview an exported file",
    throttle=[Writes("upload")],
)
def preview(request: HttpRequest, file: File[UploadedFile], answers: Form[AnswersIn]) -> Status[ImportOut]:
    """Read a file of ratings, a watchlist or seen movies (CSV, JSON, HTML, .xlsx or zip, up to 10 MB) and match it.

    No rating is written yet. Only one file is under review at a time: another upload replaces it. What the file leaves
    open is asked: the answer is 422 with `ask`, until the same file is sent with the field that `ask` names. Nothing
    of these answers is remembered.
    """
    data = file.read(MAX_BYTES + 1)
    rating_import = review.preview(
        rater=parameters.rater(request), data=data, file_name=file.name or "", answers=answers.answers()
    )
    return Status(201, ImportOut.of(rating_import))


@router.get("/imports", response={200: ImportList, 401: Problem, 422: Problem}, summary="My imports")
def my_imports(request: HttpRequest, limit: Limit = 20, offset: Offset = 0) -> ImportList:
    """Return my imports, newest first, without counting their rows."""
    mine = RatingImport.objects.of(parameters.rater(request))
    return ImportList.of(mine[offset : offset + limit], mine.count())


@router.get("/imports/{int:import_id}", response={200: ImportOut, **ERRORS}, summary="One import")
def one_import(request: HttpRequest, import_id: Path[ImportId]) -> ImportOut:
    """Return one of my imports, with its numbers of rows by match (matched, ambiguous, unmatched) and by outcome."""
    return ImportOut.of(_mine(request, import_id))


@router.get("/imports/{int:import_id}/rows", response={200: ImportRowList, **ERRORS}, summary="Rows of an import")
def rows(
    request: HttpRequest,
    import_id: Path[ImportId],
    match: Literal["matched", "ambiguous", "unmatched"] | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> ImportRowList:
    """Return rows in the order of the file, each with the movies it may be about; else with the best search hits."""
    found = _mine(request, import_id).rows.order_by("line")
    found = found.filter(match=match) if match else found
    page = list(found[offset : offset + limit])
    review.suggest(page)
    return ImportRowList.of(page, found.count(), review.candidates_of(page))


@router.put(
    "/imports/{int:import_id}/rows/{int:line}",
    response={200: ImportRowOut, **ERRORS},
    summary="Choose a movie",
    throttle=[Writes("import")],
)
def choose(request: HttpRequest, import_id: Path[ImportId], line: Path[Line], payload: ChoiceIn) -> ImportRowOut:
    """Choose any movie of the catalogue for a row; `null` leaves the row out."""
    movie = None if payload.movie_id is None else movies.get(movie_id=payload.movie_id)
    row = review.choose(rating_import=_mine(request, import_id), line=line, movie=movie)
    return ImportRowOut.of(row, review.candidates_of([row]))


@router.post(
    "/imports/{int:import_id}/lookup",
    response={200: LookUpOut, **ERRORS, 503: Problem},
    summary="Look up rows that were not found",
    throttle=[Writes("import_lookup")],
)
def look_up(request: HttpRequest, import_id: Path[ImportId], payload: LookUpIn) -> LookUpOut:
    """Look up the next rows without a movie in The Movie Database: by the row's id, else by title and year. A film
    that leaves no doubt is added to the catalogue and chosen. Repeat it with the `after` of the answer until that is
    null.
    """
    user = parameters.user(request)

    def find(row: RatingImportRow) -> Movie | None:
        sought = Sought(values.repaired(row.title), row.year, row.imdb_id, row.tmdb_id)
        return lookup.add_sought(sought=sought, added_by=user)

    done = row_lookup.look_up(rating_import=_mine(request, import_id), after=payload.after, find=find)
    if done.after is None:
        lookup.index_titles(requested_by=user)
    return LookUpOut(asked=done.asked, found=done.found, after=done.after)


@router.post(
    "/imports/{int:import_id}/apply",
    response={200: ImportOut, **ERRORS},
    summary="Apply an import",
    throttle=[Writes("import")],
)
def apply(request: HttpRequest, import_id: Path[ImportId], payload: ApplyIn) -> ImportOut:
    """Write all rows that have a movie, in one step. `existing` says whether to keep or replace my existing ratings."""
    mine = _mine(request, import_id)
    return ImportOut.of(ratings_writer.apply(rating_import=mine, existing=payload.existing))


@router.post(
    "/imports/{int:import_id}/undo",
    response={200: ImportOut, **ERRORS},
    summary="Undo an import",
    throttle=[Writes("import")],
)
def undo(request: HttpRequest, import_id: Path[ImportId]) -> ImportOut:
    """Restore everything as it was before; ratings that I have changed by hand since then stay."""
    return ImportOut.of(ratings_writer.undo(rating_import=_mine(request, import_id)))


@router.delete(
    "/imports/{int:import_id}", response={204: None, **ERRORS}, summary="Discard an import", throttle=[Writes("import")]
)
def discard(request: HttpRequest, import_id: Path[ImportId]) -> HttpResponse:
    """Delete an import that has not been applied."""
    review.discard(rating_import=_mine(request, import_id))
    return HttpResponse(status=204)


def _mine(request: HttpRequest, import_id: int) -> RatingImport:
    return review.get(rater=parameters.rater(request), import_id=import_id)
