"""GET people: their movies, and a search by name."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Self

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from recommender.api.recommendation_schemas import Interval, rounded
from recommender.api.schemas import Limit, MovieOut, Offset, Problem, as_json
from recommender.models import Movie, Person
from recommender.services.catalogue import people
from recommender.services.catalogue.movies import Mine
from recommender.services.lists import filmography
from recommender.services.lists.filmography import Filmography
from recommender.services.lists.rows import Prediction

router = Router(tags=["people"])
PersonId = Annotated[int, Field(ge=1, le=2_147_483_647)]


class PersonOut(Schema):
    """Somebody of the credits."""

    person_id: int
    name: str
    born: int | None

    @classmethod
    def of(cls, person: Person) -> Self:
        """Convert a row."""
        return cls(person_id=person.pk, name=person.name, born=person.born)


class PersonList(Schema):
    """People, the best known first."""

    count: int
    results: list[PersonOut]


class MovieOfPerson(MovieOut):
    """A movie, what the person did in it, and what I may think of it if I have not rated it."""

    works: list[str]
    predicted_stars: float | None
    interval: Interval | None

    @classmethod
    def listed(
        cls,
        movies: Iterable[Movie],
        mine: Mine,
        works: Mapping[int, list[str]],
        predictions: Mapping[int, Prediction],
    ) -> list[Self]:
        """Convert movies whose genres are loaded, with works and predictions by movie id."""
        return [
            cls.of(
                movie,
                mine,
                works=works.get(movie.pk, []),
                predicted_stars=predicted and round(predicted.stars, 2),
                interval=predicted and rounded(predicted.interval),
            )
            for movie, predicted in ((movie, predictions.get(movie.pk)) for movie in movies)
        ]


class MoviesOfPerson(Schema):
    """A page of a person's movies, the newest first."""

    count: int
    results: list[MovieOfPerson]

    @classmethod
    def of(cls, page: Filmography) -> Self:
        """Convert a page."""
        results = MovieOfPerson.listed(page.movies, page.mine, page.works, page.predictions)
        return cls(count=page.count, results=results)


@router.get("/people", response={200: PersonList, 422: Problem}, summary="Search people by name")
def search(request: HttpRequest, q: Annotated[str, Query(max_length=200)] = "", limit: Limit = 5) -> PersonList:
    """Return the people whose name has all these words, the last one as the beginning of a word."""
    found = people.search(q, limit=limit)
    return PersonList(count=len(found), results=[PersonOut.of(person) for person in found])


@router.get(
    "/people/{int:person_id}/movies",
    response={200: MoviesOfPerson, 404: Problem, 422: Problem},
    summary="Movies of a person",
)
def movies(request: HttpRequest, person_id: Path[PersonId], limit: Limit = 40, offset: Offset = 0) -> HttpResponse:
    """Return the movies that a person directed, wrote or played in."""
    person = filmography.get(person_id=person_id)
    return as_json(MoviesOfPerson.of(filmography.listed(person=person, user=request.user, limit=limit, offset=offset)))
