"""My watchlist, my hidden movies and those I have seen: list, put, delete."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from ninja.security import django_auth

from recommender.api import parameters
from recommender.api.limits import Writes
from recommender.api.mark_schemas import MarkedMovieList, MarkOut
from recommender.api.schemas import Limit, MovieId, Offset, Problem
from recommender.models import Mark
from recommender.services.catalogue import movies
from recommender.services.lists import marked
from recommender.services.lists.marked import Order
from recommender.services.ratings import marks

router = Router(tags=["my watchlist"], auth=django_auth)
ERRORS = {401: Problem, 403: Problem, 404: Problem, 422: Problem, 429: Problem}
ListOrder = Annotated[
    Order,
    Query(description="By when I added them, title, year (both newest first) or predicted rating (highest first)."),
]


@router.get("/watchlist", response={200: MarkedMovieList, **ERRORS}, summary="My watchlist")
def watchlist(
    request: HttpRequest, limit: Limit = 50, offset: Offset = 0, order: ListOrder = "added"
) -> MarkedMovieList:
    """Return the movies I want to see, with my predicted ratings if a model is in service."""
    return _listed(request, Mark.Kind.WATCHLIST, order, limit, offset)


@router.put(
    "/watchlist/{int:movie_id}",
    response={200: MarkOut, **ERRORS},
    summary="Put a movie on my watchlist",
    throttle=[Writes("mark")],
)
def put_on_watchlist(request: HttpRequest, movie_id: Path[MovieId]) -> MarkOut:
    """Put a movie on my watchlist; it is no longer hidden then. Rating the movie removes it from the watchlist."""
    return _put(request, movie_id, Mark.Kind.WATCHLIST)


@router.delete(
    "/watchlist/{int:movie_id}",
    response={204: None, **ERRORS},
    summary="Remove a movie from my watchlist",
    throttle=[Writes("mark")],
)
def take_off_watchlist(request: HttpRequest, movie_id: Path[MovieId]) -> HttpResponse:
    """Remove a movie from my watchlist; it is no error if it is not there."""
    return _remove(request, movie_id, Mark.Kind.WATCHLIST)


@router.get("/hidden", response={200: MarkedMovieList, **ERRORS}, summary="My hidden movies")
def hidden(request: HttpRequest, limit: Limit = 50, offset: Offset = 0, order: ListOrder = "added") -> MarkedMovieList:
    """Return the movies that my lists no longer show."""
    return _listed(request, Mark.Kind.HIDDEN, order, limit, offset)


@router.put(
    "/hidden/{int:movie_id}", response={200: MarkOut, **ERRORS}, summary="Hide a movie", throttle=[Writes("mark")]
)
def hide(request: HttpRequest, movie_id: Path[MovieId]) -> MarkOut:
    """Leave a movie out of my recommendations from the next request on, and remove it from my watchlist."""
    return _put(request, movie_id, Mark.Kind.HIDDEN)


@router.delete(
    "/hidden/{int:movie_id}", response={204: None, **ERRORS}, summary="Show a movie again", throttle=[Writes("mark")]
)
def unhide(request: HttpRequest, movie_id: Path[MovieId]) -> HttpResponse:
    """Allow a movie to be recommended again; it is no error if it is not hidden."""
    return _remove(request, movie_id, Mark.Kind.HIDDEN)


@router.get("/seen", response={200: MarkedMovieList, **ERRORS}, summary="Movies I have seen without rating them")
def seen(request: HttpRequest, limit: Limit = 50, offset: Offset = 0, order: ListOrder = "added") -> MarkedMovieList:
    """Return the movies that I have marked as seen and not rated; my lists leave them out with `exclude=seen`."""
    return _listed(request, Mark.Kind.SEEN, order, limit, offset)


@router.put(
    "/seen/{int:movie_id}",
    response={200: MarkOut, 409: Problem, **ERRORS},
    summary="Mark a movie as seen",
    throttle=[Writes("mark")],
)
def mark_as_seen(request: HttpRequest, movie_id: Path[MovieId]) -> MarkOut:
    """Mark a movie as seen without rating it, and remove it from my watchlist; 409 if I have rated it."""
    return _put(request, movie_id, Mark.Kind.SEEN)


@router.delete(
    "/seen/{int:movie_id}",
    response={204: None, **ERRORS},
    summary="Take the mark of a seen movie back",
    throttle=[Writes("mark")],
)
def mark_as_unseen(request: HttpRequest, movie_id: Path[MovieId]) -> HttpResponse:
    """Say that I have not seen a movie; it is no error if it is not marked as seen."""
    return _remove(request, movie_id, Mark.Kind.SEEN)


def _listed(request: HttpRequest, kind: Mark.Kind, order: Order, limit: int, offset: int) -> MarkedMovieList:
    rater = parameters.rater(request)
    return MarkedMovieList.of_list(marked.listed(rater=rater, kind=kind, order=order, limit=limit, offset=offset))


def _put(request: HttpRequest, movie_id: int, kind: Mark.Kind) -> MarkOut:
    rater, movie = parameters.rater(request), movies.get(movie_id=movie_id)
    mark = marks.put(rater=rater, movie=movie, kind=kind)
    return MarkOut(movie_id=movie.pk, marked_at=mark.marked_at)


def _remove(request: HttpRequest, movie_id: int, kind: Mark.Kind) -> HttpResponse:
    marks.remove(rater=parameters.rater(request), movie=movies.get(movie_id=movie_id), kind=kind)
    return HttpResponse(status=204)
