"""My ratings: list, put, delete."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from ninja.security import django_auth

from recommender.api import people
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
from recommender.models import Movie, Rating
from recommender.services import list_changes, movies, ratings

router = Router(tags=["my ratings"], auth=django_auth)
ERRORS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}
ListLength = Annotated[int | None, Query(alias="list", ge=1, le=100, description="Say what changed in my top so many")]


@router.get("/ratings", response={200: RatedMovieList, 401: Problem, 422: Problem}, summary="My ratings")
def my_ratings(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> RatedMovieList:
    """Return my ratings, the newest first."""
    rated = Rating.objects.of(people.rater(request))
    page = {rating.movie_id: rating for rating in rated[offset : offset + limit]}
    found = Movie.objects.in_order(list(page))
    mine = movies.mine(request.user, found)
    results = [RatedMovie.of_rating(movie, page[movie.pk], mine) for movie in found]
    return RatedMovieList(count=rated.count(), results=results)


@router.put("/ratings/{movie_id}", response={200: RatingOut, **ERRORS}, summary="Rate a movie")
def rate(
    request: HttpRequest,
    movie_id: Path[MovieId],
    payload: RatingIn,
    list_length: ListLength = None,
    algorithm: AlgorithmName = None,
) -> RatingOut:
    """Set my rating of a movie, 0.5 to 5 stars in half steps; a second rating replaces the first.

    A rating takes the movie off my watchlist and un-hides it. With `list=20` the answer says in `changes` what entered
    and left my top 20 (of `algorithm`); null where there is no list yet.
    """
    rater, movie = people.rater(request), movies.get(movie_id=movie_id)
    half_stars = ratings.half_stars_of(payload.stars)
    before = list_changes.before(rater=rater, length=list_length, algorithm=algorithm) if list_length else None
    rating = ratings.rate(rater=rater, movie=movie, half_stars=half_stars)
    changes = ChangesOut.of(list_changes.since(before, movie_id=movie_id, half_stars=half_stars))
    return RatingOut(movie_id=movie_id, stars=rating.stars, rated_at=rating.rated_at, changes=changes)


@router.delete("/ratings/{movie_id}", response={200: RemovedRating, 204: None, **ERRORS}, summary="Remove a rating")
def remove(
    request: HttpRequest, movie_id: Path[MovieId], list_length: ListLength = None, algorithm: AlgorithmName = None
) -> RemovedRating | HttpResponse:
    """Take my rating of a movie back; taking back what is not there is fine.

    The answer is empty (204), or with `list=20` says in `changes` what entered and left my top 20 (200).
    """
    rater, movie = people.rater(request), movies.get(movie_id=movie_id)
    before = list_changes.before(rater=rater, length=list_length, algorithm=algorithm) if list_length else None
    ratings.remove(rater=rater, movie=movie)
    if list_length is None:
        return HttpResponse(status=204)
    changes = list_changes.since(before, movie_id=movie_id, half_stars=None)
    return RemovedRating(movie_id=movie_id, changes=ChangesOut.of(changes))
