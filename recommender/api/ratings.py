"""My ratings: list, put, delete."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from ninja.security import django_auth
from pydantic import Field

from recommender.api import parameters
from recommender.api.limits import Writes
from recommender.api.schemas import (
    AlgorithmName,
    ChangesOut,
    Limit,
    MovieId,
    Offset,
    Problem,
    RatedMovie,
    RatedMovieList,
    RatingIn,
    RatingOut,
    RemovedRating,
)
from recommender.services.catalogue import movies
from recommender.services.lists import changes as list_changes
from recommender.services.ratings import habits, my_ratings, ratings

router = Router(tags=["my ratings"], auth=django_auth)
ERRORS = {401: Problem, 403: Problem, 404: Problem, 422: Problem, 429: Problem}
ListLength = Annotated[
    int | None,
    Query(alias="list", ge=1, le=100, description="Say what changed in the top of my list, down to this place"),
]


class RatingsPart(Schema):
    """My ratings of one decade or genre, and the mean of everybody else for the same movies."""

    name: str
    count: int
    mean: float
    others_mean: float | None


class AgreementOut(Schema):
    """My stars compared with the means of everybody else: the mean difference and Pearson's correlation.

    `sentence` says how generous I am; empty if nobody else has rated the movies I have rated.
    """

    n_movies: int
    mean_difference: float | None
    correlation: float | None
    sentence: str


class StatisticsOut(Schema):
    """How I rate; `histogram` counts 0.5, 1.0 … 5.0 stars."""

    count: int
    mean: float | None
    histogram: list[int]
    decades: list[RatingsPart]
    genres: list[RatingsPart]
    agreement: AgreementOut


@router.get("/ratings", response={200: RatedMovieList, 401: Problem, 422: Problem}, summary="My ratings")
def my_ratings_found(
    request: HttpRequest,
    q: Annotated[str, Field(max_length=200)] = "",
    stars: Annotated[float | None, Query(ge=0.5, le=5, multiple_of=0.5, allow_inf_nan=False)] = None,
    genre: Annotated[str | None, Field(max_length=64)] = None,
    decade: Annotated[int | None, Query(ge=1870, le=2100, multiple_of=10)] = None,
    sort: my_ratings.Sort = "newest",
    limit: Limit = 50,
    offset: Offset = 0,
) -> RatedMovieList:
    """Return my ratings with these `stars`, of movies with all words of `q` in their titles, this genre and decade.

    `sort` is "newest" or "oldest" by when I rated, "highest" or "lowest" by my stars, "title", "year" (latest first)
    or "mean" (highest mean rating of all users first).
    """
    half_stars = None if stars is None else ratings.half_stars_of(stars)
    query = my_ratings.RatingQuery(q, half_stars=half_stars, genre=genre, decade=decade, sort=sort)
    page = my_ratings.ratings_of(rater=parameters.rater(request), query=query, limit=limit, offset=offset)
    mine = movies.mine(request.user, [movie for movie, _ in page.rated])
    results = [RatedMovie.of_rating(movie, rating, mine) for movie, rating in page.rated]
    return RatedMovieList(count=page.count, results=results)


@router.get("/ratings/statistics", response={200: StatisticsOut, 401: Problem}, summary="My rating statistics")
def statistics(request: HttpRequest) -> StatisticsOut:
    """Return a histogram of my ratings, means by decade and genre, and how far I agree with everybody else."""
    return StatisticsOut.model_validate(habits.statistics_of(rater=parameters.rater(request)))


@router.put(
    "/ratings/{int:movie_id}", response={200: RatingOut, **ERRORS}, summary="Rate a movie", throttle=[Writes("rating")]
)
def rate(
    request: HttpRequest,
    movie_id: Path[MovieId],
    payload: RatingIn,
    list_length: ListLength = None,
    algorithm: AlgorithmName = None,
) -> RatingOut:
    """Set my rating of a movie, 0.5 to 5 stars in half steps; a second rating replaces the first.

    A rating removes the movie from my watchlist and my hidden movies. With `list=20` the response says in `changes`
    what entered and left my top 20 (of `algorithm`); null if there is no list yet.
    """
    rater, movie = parameters.rater(request), movies.get(movie_id=movie_id)
    half_stars = ratings.half_stars_of(payload.stars)
    before = list_changes.before(rater=rater, length=list_length, algorithm=algorithm) if list_length else None
    rating = ratings.rate(rater=rater, movie=movie, half_stars=half_stars)
    changes = ChangesOut.of(list_changes.since(before, movie_id=movie.pk, half_stars=half_stars))
    return RatingOut(movie_id=movie.pk, stars=rating.stars, rated_at=rating.rated_at, changes=changes)


@router.delete(
    "/ratings/{int:movie_id}",
    response={200: RemovedRating, 204: None, **ERRORS},
    summary="Remove a rating",
    throttle=[Writes("rating")],
)
def remove(
    request: HttpRequest, movie_id: Path[MovieId], list_length: ListLength = None, algorithm: AlgorithmName = None
) -> RemovedRating | HttpResponse:
    """Remove my rating of a movie; it is no error if there is none.

    The response is empty (204), or with `list=20` says in `changes` what entered and left my top 20 (200).
    """
    rater, movie = parameters.rater(request), movies.get(movie_id=movie_id)
    before = list_changes.before(rater=rater, length=list_length, algorithm=algorithm) if list_length else None
    ratings.remove(rater=rater, movie=movie)
    if list_length is None:
        return HttpResponse(status=204)
    changes = list_changes.since(before, movie_id=movie.pk, half_stars=None)
    return RemovedRating(movie_id=movie.pk, changes=ChangesOut.of(changes))
