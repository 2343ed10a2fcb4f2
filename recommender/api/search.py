"""GET search."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from recommender.api.parameters import Exclude, kinds
from recommender.api.schemas import Limit, MovieList, Offset, Problem, as_json
from recommender.services.catalogue import movies, title_search

router = Router(tags=["movies"])


@router.get("/search", response={200: MovieList, 422: Problem}, summary="Search titles")
def search(
    request: HttpRequest,
    q: Annotated[str, Field(max_length=200)] = "",
    limit: Limit = 20,
    offset: Offset = 0,
    genre: Annotated[str | None, Field(max_length=64)] = None,
    decade: Annotated[int | None, Query(ge=1870, le=2100, multiple_of=10)] = None,
    min_ratings: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0,
    exclude: Exclude = "",
    hide_rated: bool = False,
    order: title_search.Order = "relevance",
) -> HttpResponse:
    """Find movies as you type, by title, id (tt0133093, tmdb:603) or filters alone; no query: the most rated.

    `exclude` leaves out what the asking user has rated, hidden or put on the watchlist; `hide_rated` is short for
    "seen".
    """
    left_out = kinds(f"{exclude},seen" if hide_rated else exclude)
    hits = title_search.search(
        query=q,
        limit=limit,
        offset=offset,
        genre=genre,
        decade=decade,
        min_ratings=min_ratings,
        exclude=movies.left_out_for(request.user, left_out),
        order=order,
    )
    return as_json(MovieList.of(hits.movies, hits.count, movies.mine(request.user, hits.movies)))
