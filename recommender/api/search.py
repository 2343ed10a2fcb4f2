"""GET search."""

from typing import Annotated, Literal

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from recommender.api.parameters import Exclude, kinds
from recommender.api.schemas import Limit, MovieList, MovieOut, Offset, Problem, as_json
from recommender.services.catalogue import movies, search_groups, title_search
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


class SearchGroup(Schema):
    """Movies with something else that the search names, a person or a tag: the first ones of `count`."""

    kind: Literal["person", "tag"]
    name: str
    person_id: int | None
    count: int
    results: list[MovieOut]


class SearchResults(MovieList):
    """A page of movies found by title and, with the first page, the groups that follow below."""

    groups: list[SearchGroup]


@router.get("/search", response={200: SearchResults, 422: Problem}, summary="Search titles")
def search(request: HttpRequest, parameters: Query[SearchParameters]) -> HttpResponse:
    """Find movies as you type: by title, id (tt0133093, tmdb:603) or filters alone. Without a query: the most rated.

    `groups` holds the movies of people whose whole name is in the search, and those with a tag of exactly this name.
    `exclude` leaves out what I have seen (rated or marked),
    hidden or put on my watchlist; `hide_rated` is short for "seen".
    """
    query = parameters.query_of(request.user)
    hits, groups = title_search.search(query), search_groups.groups_for(query)
    shown = [*hits.movies, *(movie for group in groups for movie in group.movies)]
    mine = movies.mine(request.user, shown)
    results = [MovieOut.of(movie, mine) for movie in hits.movies]
    below = [
        SearchGroup(
            kind=group.kind,
            name=group.name,
            person_id=group.person_id,
            count=group.count,
            results=[MovieOut.of(movie, mine) for movie in group.movies],
        )
        for group in groups
    ]
    return as_json(SearchResults(count=hits.count, results=results, groups=below))
