"""POST lookup: films that the catalogue lacks."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router, Schema
from ninja.security import django_auth
from pydantic import Field

from recommender.api import parameters
from recommender.api.limits import Writes
from recommender.api.schemas import MovieOut, Problem
from recommender.services.catalogue import lookup

router = Router(tags=["movies"], auth=django_auth)
ERRORS = {401: Problem, 403: Problem, 404: Problem, 422: Problem, 429: Problem, 503: Problem}
TmdbId = Annotated[int, Field(ge=1, le=2_147_483_647)]


class LookupIn(Schema):
    """The title to look up."""

    title: Annotated[str, Field(min_length=2, max_length=200, pattern=r"\S")]


class FoundOut(Schema):
    """A film that was found; `movie_id` is that of its movie if the catalogue has it already."""

    tmdb_id: int
    title: str
    year: int | None
    movie_id: int | None


class FoundList(Schema):
    """Up to five films, the likeliest first."""

    results: list[FoundOut]


@router.post("/lookup", response={200: FoundList, **ERRORS}, summary="Look up a title", throttle=[Writes("lookup")])
def find(request: HttpRequest, payload: LookupIn) -> FoundList:
    """Look up in The Movie Database what the search does not find; 404 where this site has no key for it."""
    found = lookup.find(title=payload.title.strip())
    return FoundList(
        results=[
            FoundOut(tmdb_id=each.tmdb_id, title=each.title, year=each.year, movie_id=each.movie_id) for each in found
        ]
    )


@router.post(
    "/lookup/{int:tmdb_id}", response={200: MovieOut, **ERRORS}, summary="Add a film", throttle=[Writes("lookup")]
)
def add(request: HttpRequest, tmdb_id: Path[TmdbId]) -> MovieOut:
    """Add a film of The Movie Database to the catalogue, and return its movie; one that is there stays as it is."""
    user = parameters.user(request)
    movie = lookup.add(tmdb_id=tmdb_id, added_by=user)
    lookup.index_titles(requested_by=user)
    return MovieOut.of(movie)
