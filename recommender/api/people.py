"""Who is asking."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.errors import AuthenticationError

from recommender.models import Rater
from recommender.services.ratings import rater_of


def rater(request: HttpRequest) -> Rater:
    """Return the asking user as a rater."""
    if not isinstance(request.user, User):
        raise AuthenticationError
    return rater_of(request.user)
