"""My ratings: list, put, delete."""

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from ninja.security import django_auth

from recommender.api import people
from recommender.api.schemas import (
    Limit,
    MovieId,
    Offset,
    Problem,
    RatedMovie,
    RatedMovieList,
    RatingIn,
    RatingOut,
)
from recommender.models import Movie, Rating
from recommender.services import movies, ratings

router = Router(tags=["my ratings"], auth=django_auth)
ERRORS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}


@router.get("/ratings", response={200: RatedMovieList, 401: Problem, 422: Problem}, summary="My ratings")
def my_ratings(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> RatedMovieList:
    """Return my ratings, the newest first."""
    mine = Rating.objects.of(people.rater(request))
    page = {rating.movie_id: rating for rating in mine[offset : offset + limit]}
    rated = Movie.objects.in_order(list(page))
    results = [RatedMovie.of_rating(movie, page[movie.pk]) for movie in rated]
    return RatedMovieList(count=mine.count(), results=results)


@router.put("/ratings/{movie_id}", response={200: RatingOut, **ERRORS}, summary="Rate a movie")
def rate(request: HttpRequest, movie_id: Path[MovieId], payload: RatingIn) -> RatingOut:
    """Set my rating of a movie, 0.5 to 5 stars in half steps; a second rating replaces the first."""
    rating = ratings.rate(
        rater=people.rater(request),
        movie=movies.get(movie_id=movie_id),
        half_stars=ratings.half_stars_of(payload.stars),
    )
    return RatingOut(movie_id=movie_id, stars=rating.stars, rated_at=rating.rated_at)


@router.delete("/ratings/{movie_id}", response={204: None, **ERRORS}, summary="Remove a rating")
def remove(request: HttpRequest, movie_id: Path[MovieId]) -> HttpResponse:
    """Take my rating of a movie back; taking back what is not there is fine."""
    ratings.remove(rater=people.rater(request), movie=movies.get(movie_id=movie_id))
    return HttpResponse(status=204)
