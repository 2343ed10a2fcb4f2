"""GET explanation: why a movie has its predicted rating and its place in my list."""

from dataclasses import replace

from django.http import HttpRequest
from ninja import Path, Router
from ninja.security import django_auth

from recommender.api import parameters
from recommender.api.recommendation_schemas import ExplanationOut, rounded
from recommender.api.schemas import AlgorithmName, MovieId, Problem, TooFew
from recommender.services.lists import explanations
from recommender.services.lists.dials import Dials, seed_of_today

router = Router(tags=["recommendations"], auth=django_auth)


@router.get(
    "/movies/{int:movie_id}/explanation",
    response={200: ExplanationOut, 401: Problem, 404: Problem, 409: TooFew, 422: Problem},
    summary="Why this movie",
)
def explanation(
    request: HttpRequest, movie_id: Path[MovieId], algorithm: AlgorithmName = None, fresh: bool = False
) -> ExplanationOut:
    """Return what each of my ratings adds to the movie's score, and its place without up to three of the strongest.

    All figures are exact: for a counterfactual, the list is made again from my ratings without that one. Ratings
    without which the movie would not move, or move against their contribution, are not among the counterfactuals.
    `fresh` explains the place in the list of today (see the recommendations).
    """
    rater = parameters.rater(request)
    dials = Dials(seed=seed_of_today(rater) if fresh else None)
    why = explanations.explain(rater=rater, movie_id=movie_id, algorithm=algorithm, dials=dials)
    figures = replace(why, predicted_stars=round(why.predicted_stars, 2), interval=rounded(why.interval))
    return ExplanationOut.model_validate(figures)
