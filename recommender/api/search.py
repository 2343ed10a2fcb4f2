"""GET search."""

from typing import Annotated

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from recommender.api.parameters import Exclude, kinds
from recommender.api.schemas import Limit, MovieList, Offset, Problem, as_json
from recommender.services.catalogue import movies, title_search
from recommender.titles.query import Order, TitleQuery

router = Router(tags=["movies"])


class SearchParameters(Schema):
    """The parameters of a search."""

    q: Annotated[str, Field(max_length=200)] = ""
    limit: Limit = 20
    offset: Offset = 0
    genre: Annotated[str | None, Field(max_length=64)] = None
    decade: Annotated[int | None, Field(ge=1870, le=2100, multiple_of=10)] = None
    min_ratings: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    exclude: Exclude = ""
    hide_rated: bool = False
    order: Order = "relevance"

    def query_of(self, user: User | AnonymousUser) -> TitleQuery:
        """Return the search, without the movies the user wants left out."""
        left_out = kinds(f"{self.exclude},seen" if self.hide_rated else self.exclude)
        return TitleQuery(
            self.q,
            limit=self.limit,
            offset=self.offset,
            genre=self.genre,
            decade=self.decade,
            min_ratings=self.min_ratings,
            exclude=movies.left_out_for(user, left_out),
            order=self.order,
        )


@router.get("/search", response={200: MovieList, 422: Problem}, summary="Search titles")
def search(request: HttpRequest, parameters: Query[SearchParameters]) -> HttpResponse:
    """Find movies as you type: by title, id (tt0133093, tmdb:603) or filters alone. Without a query: the most rated.

    `exclude` leaves out what I have rated, hidden or put on my watchlist; `hide_rated` is short for "seen".
    """
    hits = title_search.search(parameters.query_of(request.user))
    return as_json(MovieList.of(hits.movies, hits.count, movies.mine(request.user, hits.movies)))
