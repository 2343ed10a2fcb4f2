"""GET search."""

from typing import Annotated, Literal

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from recommender.api.parameters import Exclude, kinds
from recommender.api.schemas import Limit, MovieList, MovieOut, Offset, Problem, as_json
from recommender.services.catalogue import movie_facts, movies, search_filters, search_groups, title_search
from recommender.services.catalogue.indexed_facts import Runtime
from recommender.titles.query import Order, TitleQuery

router = Router(tags=["movies"])
LARGEST = 2_147_483_647


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
    runtime: Annotated[Runtime | None, Field(description="The longest length, in minutes.")] = None
    language: Annotated[str | None, Field(pattern="^[a-z]{2}$", description="The original language, e.g. fr.")] = None
    country: Annotated[str | None, Field(pattern="^[A-Z]{2}$", description="Where the movie is from, e.g. FR.")] = None
    certification: Annotated[str | None, Field(min_length=1, max_length=16)] = None
    provider: Annotated[int | None, Field(ge=0, le=LARGEST, description="Id of who shows the movie in my region.")] = (
        None
    )
    my_services: Annotated[bool, Field(description="Only what the services I have chosen show.")] = False
    region: Annotated[
        str,
        Field(
            pattern="^([A-Z]{2})?$",
            description="The country of certification, provider and my_services; without it, mine or my browser's.",
        ),
    ] = ""
    tag: Annotated[str | None, Field(min_length=1, max_length=255)] = None
    keyword: Annotated[int | None, Field(ge=0, le=LARGEST, description="Id of a keyword at TMDB.")] = None
    order: Order = "relevance"

    def query_of(self, user: User | AnonymousUser, accept_language: str = "") -> TitleQuery:
        """Return the search, without the movies the user wants left out."""
        narrowed = search_filters.narrowed(
            region=self._region(user, accept_language),
            runtime=self.runtime,
            language=self.language,
            country=self.country,
            certification=self.certification,
            provider=self.provider,
            services=movie_facts.services_of(user) if self.my_services else None,
            tag=self.tag,
            keyword=self.keyword,
        )
        left_out = kinds(f"{self.exclude},seen" if self.hide_rated else self.exclude)
        return TitleQuery(
            self.q,
            limit=self.limit,
            offset=self.offset,
            genre=self.genre,
            decade=self.decade,
            min_ratings=self.min_ratings,
            exclude=movies.left_out_for(user, left_out),
            facts=narrowed.facts,
            among=narrowed.among,
            order=self.order,
        )

    def _region(self, user: User | AnonymousUser, accept_language: str) -> str:
        """Return the country that the filters mean; nothing for filters that need none, without a query."""
        region = search_filters.checked_region(self.region)
        needed = self.certification is not None or self.provider is not None or self.my_services
        return search_filters.region_for(user, accept_language, region) if needed else ""


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
    hidden or put on my watchlist; `hide_rated` is short for "seen". Facts (from `runtime` to `keyword`) are those that
    TMDB and IMDb have told; a movie of which nothing is known matches none.
    """
    query = parameters.query_of(request.user, request.headers.get("Accept-Language", ""))
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
