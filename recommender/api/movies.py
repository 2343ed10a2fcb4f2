"""GET movies."""

from django.http import HttpRequest
from ninja import Path, Router

from recommender.api.parameters import Exclude, kinds
from recommender.api.schemas import Limit, MovieDetailOut, MovieId, MovieList, Problem, RatingHistogramOut
from recommender.services.catalogue import movies
from recommender.services.ratings import movie_statistics
from recommender.services.training import similar_movies

router = Router(tags=["movies"])


@router.get("/recently-rated", response={200: MovieList, 422: Problem}, summary="Recently rated movies")
def recently_rated(request: HttpRequest, limit: Limit = 20, exclude: Exclude = "") -> MovieList:
    """Return the movies that others rated on this site in the last 30 days, newest first; imports do not count."""
    left_out = movies.left_out_for(request.user, kinds(exclude))
    found = movies.recently_rated(limit=limit, user=request.user, exclude=left_out)
    return MovieList.of(found, len(found), movies.mine(request.user, found))


@router.get("/movies/{int:movie_id}", response={200: MovieDetailOut, 404: Problem, 422: Problem}, summary="One movie")
def movie(request: HttpRequest, movie_id: Path[MovieId]) -> MovieDetailOut:
    """Return a movie with its overview and, if I am signed in, my stars and my mark."""
    found = movies.get(movie_id=movie_id)
    return MovieDetailOut.of_details(found, movies.mine(request.user, [found]))


@router.get(
    "/movies/{int:movie_id}/similar", response={200: MovieList, 404: Problem, 422: Problem}, summary="Similar movies"
)
def similar(request: HttpRequest, movie_id: Path[MovieId], limit: Limit = 20, exclude: Exclude = "hidden") -> MovieList:
    """Return the movies most similar to this one, by who rated both and how, genres, years, tags and series.

    `exclude` says what is left out, as a comma-separated list of "seen", "hidden" and "watchlist"; the next ones take
    their places.
    """
    left_out = movies.left_out_for(request.user, kinds(exclude))
    neighbours = similar_movies.similar_to(movie=movies.get(movie_id=movie_id), limit=limit, exclude=left_out)
    return MovieList.of(neighbours, len(neighbours), movies.mine(request.user, neighbours))


@router.get(
    "/movies/{int:movie_id}/histogram",
    response={200: RatingHistogramOut, 404: Problem, 422: Problem},
    summary="Distribution of a movie's ratings",
)
def histogram(request: HttpRequest, movie_id: Path[MovieId]) -> RatingHistogramOut:
    """Return how many people gave a movie 0.5, 1 … 5 stars."""
    found = movies.get(movie_id=movie_id)
    return RatingHistogramOut.of(found.pk, movie_statistics.histogram(movie=found))
