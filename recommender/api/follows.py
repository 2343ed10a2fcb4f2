"""The people I follow: list, put, delete, and a row of their movies."""

from datetime import datetime
from typing import Annotated, Self

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Schema
from ninja.security import django_auth
from pydantic import Field

from recommender.api import parameters
from recommender.api.limits import Writes
from recommender.api.people import MovieOfPerson, PersonId, PersonOut
from recommender.api.schemas import Limit, Offset, Problem, as_json
from recommender.models import Follow
from recommender.services.lists import filmography, followed
from recommender.services.lists.followed import FollowedRow
from recommender.services.ratings import follows

router = Router(tags=["people I follow"], auth=django_auth)
ERRORS = {401: Problem, 403: Problem, 404: Problem, 422: Problem, 429: Problem}


class FollowedPerson(PersonOut):
    """Somebody I follow, and since when."""

    followed_at: datetime

    @classmethod
    def of_follow(cls, follow: Follow) -> Self:
        """Convert a row whose person is loaded."""
        person = follow.person
        return cls(person_id=person.pk, name=person.name, born=person.born, followed_at=follow.followed_at)


class FollowedPeople(Schema):
    """A page of the people I follow, the latest first."""

    count: int
    results: list[FollowedPerson]


class RowOfPerson(Schema):
    """Movies of the person of the day that I have not seen; `person` is null if there is nothing to see."""

    person: PersonOut | None
    heading: Annotated[str, Field(description="As the page shows it: New and unseen by Agnès Varda.")]
    count: int
    results: list[MovieOfPerson]

    @classmethod
    def of(cls, row: FollowedRow) -> Self:
        """Convert a row."""
        results = MovieOfPerson.listed(row.movies, row.mine, row.works, row.predictions)
        person = PersonOut.of(row.person) if row.person else None
        return cls(person=person, heading=row.heading, count=len(results), results=results)


@router.get("/following", response={200: FollowedPeople, **ERRORS}, summary="The people I follow")
def following(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> FollowedPeople:
    """Return the people I follow, the one I followed last first."""
    mine = Follow.objects.of(parameters.rater(request))
    page = [FollowedPerson.of_follow(follow) for follow in mine[offset : offset + limit]]
    return FollowedPeople(count=mine.count(), results=page)


@router.put(
    "/following/{int:person_id}",
    response={200: FollowedPerson, **ERRORS},
    summary="Follow a person",
    throttle=[Writes("follow")],
)
def follow(request: HttpRequest, person_id: Path[PersonId]) -> FollowedPerson:
    """Follow a person: my home page shows their movies that I have not seen. Doing it again changes nothing."""
    rater = parameters.rater(request)
    return FollowedPerson.of_follow(follows.put(rater=rater, person=filmography.get(person_id=person_id)))


@router.delete(
    "/following/{int:person_id}",
    response={204: None, **ERRORS},
    summary="Follow a person no longer",
    throttle=[Writes("follow")],
)
def unfollow(request: HttpRequest, person_id: Path[PersonId]) -> HttpResponse:
    """Follow a person no longer; it is no error if I do not follow them."""
    follows.remove(rater=parameters.rater(request), person=filmography.get(person_id=person_id))
    return HttpResponse(status=204)


@router.get(
    "/recommendations/followed",
    response={200: RowOfPerson, **ERRORS},
    summary="Movies of somebody I follow",
)
def row(request: HttpRequest, limit: Limit = 20) -> HttpResponse:
    """Return movies of one of the people I follow, the best predicted first, without what I rated, saw or hid.

    Each day it is the turn of the next person of whom there is something to see. Empty if there is nothing.
    """
    return as_json(RowOfPerson.of(followed.row_of_today(rater=parameters.rater(request), limit=limit)))
