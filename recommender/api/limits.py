"""Limits on how much a user writes."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from recommender.services.accounts import write_limits


class Writes(BaseThrottle):
    """Counts each request of a user as a write of this kind."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request and return whether it is still within the limit."""
        return not isinstance(request.user, User) or write_limits.count(user=request.user, kind=self._kind)

    def wait(self) -> float:
        """Return after how many seconds the user may write again, at most."""
        return write_limits.LIMITS[self._kind].seconds
