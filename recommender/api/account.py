"""My account: download my data, or delete the account for good."""

from typing import Annotated, Literal

from allauth.core import ratelimit
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Router, Schema
from ninja.errors import AuthenticationError, HttpError
from ninja.security import django_auth
from pydantic import Field

from recommender.api.schemas import Problem
from recommender.services.accounts import accounts, other_sites, personal_data

router = Router(tags=["my account"], auth=django_auth)
STREAMS = {
    "json": (personal_data.as_json, "application/json"),
    "csv": (personal_data.as_zip, "application/zip"),
    "letterboxd": (other_sites.for_letterboxd, "text/csv"),
    "trakt": (other_sites.for_trakt, "text/csv"),
}
FILE_NAMES = {
    "json": "movierec.json",
    "csv": "movierec.zip",
    "letterboxd": "movierec-letterboxd.csv",
    "trakt": "movierec-trakt.csv",
}


class DeletionIn(Schema):
    """My password, and "delete my account"."""

    password: Annotated[str, Field(max_length=4096)]
    confirmation: Annotated[str, Field(max_length=100)]


@router.get(
    "/account/export",
    response={401: Problem},
    summary="Download my data",
    openapi_extra={
        "responses": {200: {"description": "OK", "content": {kind: {} for _, kind in STREAMS.values()}}},
    },
)
def export(
    request: HttpRequest, format: Literal["json", "csv", "letterboxd", "trakt"] = "json"
) -> StreamingHttpResponse:
    """Return everything the site knows about me: one JSON file, or a zip archive of CSV files safe for spreadsheets.

    ratings.csv begins with the columns of a MovieLens release; it can be imported again, and so can the whole archive.
    The formats `letterboxd` and `trakt` are one CSV file each, for the imports of these sites.
    """
    stream, content_type = STREAMS[format]
    answer = StreamingHttpResponse(stream(user=_user(request)), content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{FILE_NAMES[format]}"'
    answer["Cache-Control"] = "no-store"
    return answer


@router.delete(
    "/account",
    response={204: None, 401: Problem, 403: Problem, 422: Problem, 429: Problem},
    summary="Delete my account for good",
)
def delete(request: HttpRequest, payload: DeletionIn) -> HttpResponse:
    """Delete everything that an export contains, at once and irrevocably.

    That is my account, email addresses, second factors, sessions, ratings, tags, watchlist, hidden movies, seen movies,
    followed people, imports, settings, chosen services, and the record of what lists showed me and what I did with it.
    `confirmation` is "delete my account".
    """
    user = _user(request)
    accounts.check_confirmation(payload.confirmation)
    if not ratelimit.consume(request, action="reauthenticate", user=user):
        raise HttpError(429, "Too many attempts. Wait a minute and try again.")
    if not user.check_password(payload.password):
        raise HttpError(403, "This password is not correct.")
    logout(request)
    accounts.delete(user=user)
    return HttpResponse(status=204)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise AuthenticationError
    return request.user
