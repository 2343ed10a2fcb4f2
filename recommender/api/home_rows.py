"""GET the rows of the home page that change from day to day."""

from typing import Annotated, Self

from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.security import django_auth
from pydantic import Field

from recommender.api import parameters
from recommender.api.recommendation_schemas import RecommendedMovieList
from recommender.api.schemas import Limit, Problem, TooFew, as_json
from recommender.services.lists import home_rows
from recommender.services.lists.home_rows import HomeRow

router = Router(tags=["recommendations"], auth=django_auth)


class HomeRowOut(RecommendedMovieList):
    """Movies that belong together, the best match for me first; empty if there is nothing of this kind for me."""

    heading: Annotated[str, Field(description='Such as "Because you gave Alien 5" or "Gems of the 1940s".')]
    movie_id: Annotated[int | None, Field(description="The movie that these are similar to.")]
    decade: Annotated[int | None, Field(description="The decade that these are of.")]

    @classmethod
    def of_row(cls, row: HomeRow) -> Self:
        """Convert a row."""
        whole = RecommendedMovieList.of_list(row.listed)
        return cls(
            count=len(whole.results),
            algorithm=whole.algorithm,
            results=whole.results,
            heading=row.heading,
            movie_id=row.movie_id,
            decade=row.decade,
        )


@router.get(
    "/recommendations/today/{kind}",
    response={200: HomeRowOut, 401: Problem, 404: Problem, 409: TooFew, 422: Problem},
    summary="A row of today",
)
def row_of_today(request: HttpRequest, kind: home_rows.Kind, limit: Limit = 20) -> HttpResponse:
    """Return movies that I have neither rated, seen nor hidden, and a heading that says why these.

    `because`: similar to one that I gave 4 stars or more, another one every day. `gems`: little-known movies of a
    decade, another one every day. `series`: the next movie of each series that I have begun. `watchlist`: what I want
    to see. Except on the watchlist, nothing that I would probably rate more than a quarter of a star below my middle.
    """
    return as_json(HomeRowOut.of_row(home_rows.row_of_today(kind, rater=parameters.rater(request), limit=limit)))
