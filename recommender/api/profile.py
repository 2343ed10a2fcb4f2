"""GET profile: what a model has learned about me. GET and PUT preferences: the algorithm I have chosen."""

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.security import django_auth
from pydantic import Field

from recommender.api import parameters
from recommender.api.schemas import AlgorithmName, Problem, TitleOut, TooFew
from recommender.services.lists import served_model, taste

router = Router(tags=["recommendations"], auth=django_auth)


class ParameterOut(Schema):
    """A named figure."""

    name: str
    value: float


class ParameterGroupOut(Schema):
    """Figures of one kind, the most important first."""

    name: str
    unit: str
    values: list[ParameterOut]


class AxisOut(Schema):
    """A dimension of taste: I rate movies like `liked` about `stars` higher than those like `other`."""

    stars: float
    liked: list[TitleOut]
    other: list[TitleOut]


class ProfileOut(Schema):
    """What one model has learned about me; `generosity` is a sentence that compares my stars with everybody else's."""

    algorithm: str
    n_ratings: int
    generosity: str
    groups: list[ParameterGroupOut]
    axes: list[AxisOut]


class PreferencesBody(Schema):
    """The algorithm of my lists; null means the site's default."""

    algorithm: str | None = Field(max_length=64)


@router.get(
    "/profile",
    response={200: ProfileOut, 401: Problem, 404: Problem, 409: TooFew, 422: Problem},
    summary="What a model has learned about me",
)
def profile(request: HttpRequest, algorithm: AlgorithmName = None) -> ProfileOut:
    """Return the parameters of my profile by name, and what its latent factors stand for."""
    mine = taste.taste_of(rater=parameters.rater(request), algorithm=algorithm)
    return ProfileOut(
        algorithm=mine.algorithm,
        n_ratings=mine.n_ratings,
        generosity=mine.generosity,
        groups=[
            ParameterGroupOut(
                name=group.name,
                unit=group.unit,
                values=[ParameterOut(name=name, value=value) for name, value in group.values],
            )
            for group in mine.groups
        ],
        axes=[AxisOut(stars=axis.stars, liked=_titles(axis.liked), other=_titles(axis.other)) for axis in mine.axes],
    )


@router.get("/preferences", response={200: PreferencesBody, 401: Problem}, summary="My preferences")
def my_preferences(request: HttpRequest) -> PreferencesBody:
    """Return the algorithm of my lists, which a request may override; null means the site's default."""
    return PreferencesBody(algorithm=served_model.algorithm_of(parameters.rater(request)))


@router.put(
    "/preferences",
    response={200: PreferencesBody, 401: Problem, 403: Problem, 404: Problem, 409: TooFew, 422: Problem},
    summary="Choose my algorithm",
)
def choose(request: HttpRequest, payload: PreferencesBody) -> PreferencesBody:
    """Choose the algorithm of my lists, on every device."""
    served_model.choose_algorithm(rater=parameters.rater(request), algorithm=payload.algorithm)
    return payload


def _titles(titles: list[tuple[int, str]]) -> list[TitleOut]:
    return [TitleOut(movie_id=movie_id, title=title) for movie_id, title in titles]
