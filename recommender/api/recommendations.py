"""GET recommendations, for me or for a group whose members have agreed."""

from collections.abc import Iterable
from typing import Annotated

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from ninja.security import django_auth
from pydantic import Field

from recommender.api import parameters
from recommender.api.limits import Writes
from recommender.api.parameters import Exclude, kinds
from recommender.api.recommendation_schemas import InvitationOut, NewReleasesOut, RecommendedMovieList
from recommender.api.schemas import AlgorithmName, Limit, MovieId, Offset, Problem, TooFew, as_json
from recommender.engine.lists.groups import Strategy
from recommender.models import Rater
from recommender.services.catalogue import movie_facts, search_filters
from recommender.services.catalogue.indexed_facts import Runtime
from recommender.services.experiments import impressions
from recommender.services.lists import groups, new_releases
from recommender.services.lists.dials import Dials, seed_of_today
from recommender.services.lists.recommendations import recommend_for
from recommender.titles.query import Facts

router = Router(tags=["recommendations"], auth=django_auth)
ERRORS = {401: Problem, 404: Problem, 409: TooFew, 422: Problem}


Longest = Annotated[Runtime | None, Field(description="The longest length, in minutes.")]
MyServices = Annotated[bool, Field(description="Only what the services I have chosen show in my country.")]


class ListParameters(Schema):
    """Which slice of which list."""

    algorithm: AlgorithmName = None
    limit: Limit = 20
    offset: Offset = 0
    genre: Annotated[str | None, Field(max_length=64)] = None
    decade: Annotated[int | None, Field(ge=1870, le=2100, multiple_of=10)] = None
    runtime: Longest = None
    my_services: MyServices = False
    popularity: Annotated[float, Field(ge=-2, le=2, allow_inf_nan=False)] = 0
    diversity: Annotated[float | None, Field(ge=0, le=1, allow_inf_nan=False)] = None
    newness: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0
    exclude: Exclude = "seen,hidden"
    below_average: bool = False
    all_of_series: bool = False
    fresh: bool = False

    def dials_for(self, rater: Rater, shown_before: Iterable[int] = ()) -> Dials:
        """Return how the rater wants the list."""
        return Dials(
            genre=self.genre,
            decade=self.decade,
            facts=facts_for(rater, self.runtime, my_services=self.my_services),
            popularity=self.popularity,
            diversity=self.diversity,
            newness=self.newness,
            exclude=kinds(self.exclude),
            series_in_order=not self.all_of_series,
            below_average=self.below_average,
            seed=seed_of_today(rater) if self.fresh else None,
            shown_before=frozenset(shown_before),
        )


def facts_for(rater: Rater, runtime: Runtime | None, *, my_services: bool) -> Facts:
    """Return what the movies of a list have to be, as the title index has it."""
    if runtime is None and not my_services:
        return ()
    user = rater.user or AnonymousUser()
    services = movie_facts.services_of(user) if my_services else None
    region = search_filters.region_for(user, "") if my_services else ""
    return search_filters.narrowed(region=region, runtime=runtime, services=services).facts


class Shown(Schema):
    """Movies that I have been shown lately."""

    shown: Annotated[list[MovieId], Field(max_length=5000)]


@router.get("/recommendations", response={200: RecommendedMovieList, **ERRORS}, summary="Recommendations for me")
def recommendations(request: HttpRequest, asked: Query[ListParameters]) -> HttpResponse:
    """Return movies I have neither rated nor hidden, by how well each fits me; every rating counts at once.

    `match_percent` never rises down the list: of the movies shown with 80, people give 80 in 100 at least 3.5 stars.
    The order is not that of `predicted_stars`: it also counts how likely I am to want to see a movie.

    Movies that I would probably rate more than a quarter of a star below my middle (my mean, at most 3.5) come last,
    unless `below_average`. A series begins with its first movie that I have not seen, and shows two of its movies in
    twenty, unless `all_of_series`.

    `popularity` goes from -2 (hidden gems: without the 500 most rated movies, and what I would probably rate below my
    middle comes last) to 2 (well-known), `diversity` from 0 to 1. `newness` goes from 0 to 1: then only movies of the
    last two years of the catalogue are listed, without those that would come last, and what nobody has rated stands
    below what is predicted at least as good. Slices with the same settings fit together. `fresh` draws places 6 to 20
    anew each day from the first forty. `exclude` says what is left out, as a comma-separated list of "seen", "hidden"
    and "watchlist"; empty to leave out nothing. `interval` contains the rating four times in five; it is null if the
    algorithm does not know it. Before my first rating the list is popular and varied.
    """
    return _listed(request, asked, shown_before=())


@router.get("/recommendations/new", response={200: NewReleasesOut, **ERRORS}, summary="The newest movies for me")
def new_releases_row(request: HttpRequest, limit: Limit = 20) -> HttpResponse:
    """Return movies of the newest year of the catalogue that I have neither rated nor hidden, the best match first.

    Nothing that I would probably rate more than a quarter of a star below my middle; empty if that leaves nothing.
    """
    return as_json(NewReleasesOut.of_row(new_releases.row_of(rater=parameters.rater(request), limit=limit)))


@router.post(
    "/recommendations/others",
    response={200: RecommendedMovieList, **ERRORS},
    summary="Recommendations for me, without what I was shown",
)
def others(request: HttpRequest, asked: Query[ListParameters], body: Shown) -> HttpResponse:
    """Return my list without the movies in `shown`, nor what follows them in their series; everything else as in GET.

    The server does not keep what it has shown me unless I agree; the pages remember it for a week on my device.
    """
    return _listed(request, asked, shown_before=body.shown)


def _listed(request: HttpRequest, asked: ListParameters, shown_before: Iterable[int]) -> HttpResponse:
    rater = parameters.rater(request)
    listed = recommend_for(
        rater=rater,
        algorithm=asked.algorithm,
        limit=asked.limit,
        offset=asked.offset,
        dials=asked.dials_for(rater, shown_before),
    )
    impressions.record(
        rater=rater,
        algorithm=listed.algorithm,
        first_place=asked.offset + 1,
        movie_ids=[each.movie.pk for each in listed.results],
        experiment_id=listed.experiment_id,
        teams=listed.teams,
    )
    return as_json(RecommendedMovieList.of_list(listed))


@router.post(
    "/group-invitations",
    response={200: InvitationOut, 401: Problem, 403: Problem, 429: Problem},
    summary="Invite someone to choose a movie together",
    throttle=[Writes("invitation")],
)
def invitation(request: HttpRequest) -> InvitationOut:
    """Allow anyone I give this token to get recommendations for both of us, for a day.

    These lists do not show my ratings, but they leave out what I have rated or hidden and put first what I may like,
    so I should give the token only to people who may know that. A token cannot be revoked before it expires.
    """
    made = groups.invite(rater=parameters.rater(request))
    return InvitationOut(token=made.token, expires_at=made.expires_at)


@router.get(
    "/recommendations/group",
    response={200: RecommendedMovieList, **ERRORS},
    summary="Recommendations for me and people who have agreed",
)
def group(
    request: HttpRequest,
    token: Annotated[list[Annotated[str, Field(max_length=200)]], Query(min_length=1, max_length=7)],
    strategy: Strategy = "average",
    algorithm: AlgorithmName = None,
    limit: Limit = 20,
    offset: Offset = 0,
    exclude_watchlist: bool = False,
    runtime: Longest = None,
    my_services: MyServices = False,
) -> HttpResponse:
    """Return movies that neither I nor the senders of the invitations (`token`, repeatable) have rated or hidden.

    "average" ranks by the mean of the members. With "least_misery", no movie that somebody would probably rate more
    than a quarter of a star below their mean stands before one that nobody would, and the lowest of the predicted stars
    decides. A series begins with its first movie that none of us has seen, and shows two of its movies in twenty.
    `interval` is null and `reasons` are mine, to keep the others' ratings private. `exclude_watchlist` leaves out the
    movies on my watchlist.
    """
    rater = parameters.rater(request)
    together = groups.recommend_for_group(
        rater=rater,
        others=[groups.accept(token=each) for each in token],
        strategy=strategy,
        algorithm=algorithm,
        limit=limit,
        offset=offset,
        exclude_watchlist=exclude_watchlist,
        facts=facts_for(rater, runtime, my_services=my_services),
    )
    return as_json(RecommendedMovieList.of_list(together))
