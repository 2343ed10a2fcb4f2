"""GET onboarding: what to rate first."""

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.security import django_auth

from recommender.api import parameters
from recommender.api.schemas import MovieOut, Problem
from recommender.services.catalogue import movies
from recommender.services.lists import onboarding

router = Router(tags=["my ratings"], auth=django_auth)


class OnboardingGroup(Schema):
    """Similar well-known movies, the most informative first, and what they have in common."""

    heading: str
    movies: list[MovieOut]


class OnboardingOut(Schema):
    """Groups of movies to rate; with `enough` ratings my list is personal, and I have `n_ratings`."""

    n_ratings: int
    enough: int
    groups: list[OnboardingGroup]


@router.get("/onboarding", response={200: OnboardingOut, 401: Problem, 404: Problem}, summary="Movies to rate first")
def first_movies(request: HttpRequest) -> OnboardingOut:
    """Return groups of well-known movies; a few ratings from different groups say most about my taste."""
    asked = onboarding.onboarding_for(rater=parameters.rater(request))
    shown = [movie for group in asked.groups for movie in group.movies]
    mine = movies.mine(request.user, shown)
    groups = [
        OnboardingGroup(heading=group.heading, movies=[MovieOut.of(movie, mine) for movie in group.movies])
        for group in asked.groups
    ]
    return OnboardingOut(n_ratings=asked.n_ratings, enough=asked.enough, groups=groups)
