"""The movies of a person, with what they did in each and what the user has said or may say of it."""

from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import F, Min, QuerySet

from recommender.models import Credit, Movie, Person, Rater, Rating
from recommender.services.catalogue.movies import Mine, mine
from recommender.services.lists.predictions import predictions_by_id
from recommender.services.lists.rows import Prediction


class UnknownPerson(LookupError):
    """Nobody of the credits has this id."""


@dataclass(frozen=True, slots=True)
class Filmography:
    """A page of a person's movies, the newest first, and how many there are."""

    movies: list[Movie]
    works: dict[int, list[str]]
    predictions: dict[int, Prediction]
    count: int
    mine: Mine = field(default_factory=Mine)


@dataclass(frozen=True, slots=True)
class Seen:
    """How many of a person's movies a user has rated, and the mean of those ratings in stars."""

    n_movies: int
    n_rated: int
    mean: float | None


def get(*, person_id: int) -> Person:
    """Return a person; raise `UnknownPerson` when there is none."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise UnknownPerson(f"There is no person with id {person_id}.")
    return person


def listed(*, person: Person, user: User | AnonymousUser, limit: int, offset: int = 0) -> Filmography:
    """Return a page of a person's movies; those without a year come last."""
    ids = _movie_ids(person)
    page = list(ids.order_by(F("year").desc(nulls_last=True), "pk")[offset : offset + limit])
    movies = Movie.objects.in_order(page)
    works: dict[int, list[str]] = {}
    for credit in Credit.objects.filter(person=person, movie_id__in=page).order_by("work"):
        works.setdefault(credit.movie_id, []).append(credit.get_work_display())
    rater = Rater.objects.filter(user_id=user.pk).first() if user.is_authenticated else None
    half_stars = Rating.objects.half_stars_by_movie(rater) if rater is not None else {}
    unrated = [movie_id for movie_id in page if movie_id not in half_stars]
    predictions = predictions_by_id(half_stars, unrated) if rater is not None else {}
    return Filmography(movies, works, predictions, ids.count(), mine(user, movies))


def seen(*, person: Person, user: User | AnonymousUser) -> Seen:
    """Return how much of a person's work a user has rated."""
    movie_ids = set(_movie_ids(person))
    if not user.is_authenticated:
        return Seen(len(movie_ids), 0, None)
    rated = Rating.objects.filter(rater__user_id=user.pk, movie_id__in=movie_ids)
    half_stars = list(rated.values_list("half_stars", flat=True))
    return Seen(len(movie_ids), len(half_stars), sum(half_stars) / 2 / len(half_stars) if half_stars else None)


def _movie_ids(person: Person) -> "QuerySet[Movie, int]":
    return (
        Movie.objects.filter(credits__person=person).annotate(first=Min("credits__work")).values_list("pk", flat=True)
    )
