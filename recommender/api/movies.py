"""GET movies."""

from django.http import HttpRequest
from ninja import Path, Router

from recommender.api.schemas import Limit, MovieId, MovieList, MovieOut, Problem
from recommender.services import movies, similar_movies

router = Router(tags=["movies"])


@router.get("/movies/{movie_id}", response={200: MovieOut, 404: Problem, 422: Problem}, summary="One movie")
def movie(request: HttpRequest, movie_id: Path[MovieId]) -> MovieOut:
    """Return a movie, with my stars and my mark when signed in."""
    found = movies.get(movie_id=movie_id)
    return MovieOut.of(found, movies.mine(request.user, [found]))


@router.get(
    "/movies/{movie_id}/similar", response={200: MovieList, 404: Problem, 422: Problem}, summary="Similar movies"
)
def similar(request: HttpRequest, movie_id: Path[MovieId], limit: Limit = 20) -> MovieList:
    """Return the movies that people rate like this one."""
    neighbours = similar_movies.similar_to(movie=movies.get(movie_id=movie_id), limit=limit)
    return MovieList.of(neighbours, len(neighbours), movies.mine(request.user, neighbours))
