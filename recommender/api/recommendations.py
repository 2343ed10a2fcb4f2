"""GET recommendations."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router
from ninja.security import django_auth
from pydantic import Field

from recommender.api import people
from recommender.api.schemas import Limit, Offset, Problem, RecommendedMovie, RecommendedMovieList, TooFew
from recommender.services.recommendations import recommend_for

router = Router(tags=["recommendations"], auth=django_auth)


@router.get(
    "/recommendations",
    response={200: RecommendedMovieList, 401: Problem, 404: Problem, 409: TooFew, 422: Problem},
    summary="Recommendations for me",
)
def recommendations(
    request: HttpRequest,
    algorithm: Annotated[str | None, Field(max_length=64)] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> RecommendedMovieList:
    """Return movies I have not rated, best first; every rating counts from the next request on."""
    mine = recommend_for(rater=people.rater(request), algorithm=algorithm, limit=limit, offset=offset)
    results = [RecommendedMovie.of(r.movie, predicted_stars=round(r.predicted_stars, 2)) for r in mine.results]
    return RecommendedMovieList(count=mine.count, algorithm=mine.algorithm, results=results)
