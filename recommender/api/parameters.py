"""Parameters that several endpoints share: what a list leaves out, and who asks for it."""

from typing import Annotated, get_args

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja import Query
from ninja.errors import AuthenticationError

from recommender.models import Rater
from recommender.services.catalogue.movies import Excluded
from recommender.services.ratings.ratings import rater_of

KINDS = get_args(Excluded)
_ANY = "|".join(KINDS)
Exclude = Annotated[
    str,
    Query(
        max_length=40,
        pattern=f"^(({_ANY})(,({_ANY}))*)?$",
        description='Comma-separated: "seen" (rated), "hidden", "watchlist". Empty to leave out nothing.',
    ),
]


def kinds(exclude: str) -> frozenset[Excluded]:
    """Return the kinds that the parameter names."""
    named = exclude.split(",")
    return frozenset(kind for kind in KINDS if kind in named)


def user(request: HttpRequest) -> User:
    """Return the user who asks."""
    if not isinstance(request.user, User):
        raise AuthenticationError
    return request.user


def rater(request: HttpRequest) -> Rater:
    """Return the rater of the user who asks."""
    return rater_of(user(request))
