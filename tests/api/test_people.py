"""People in the API: a search by name, and their movies."""

from pathlib import Path

import pytest
from django.test import Client

from recommender.models import Movie, Person
from recommender.services.catalogue import imdb
from tests.support import imdb_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def _catalogue(tmp_path: Path) -> None:
    imdb_files.write(tmp_path)
    imdb.merge(tmp_path)


@pytest.mark.usefixtures("_catalogue")
def test_people_are_found_by_name(client: Client) -> None:
    found = client.get("/api/v1/people?q=josé ec").json()
    assert [person["name"] for person in found["results"]] == ["José Écrivain"]
    assert client.get("/api/v1/people?q=j").json() == {"count": 0, "results": []}
    assert client.get("/api/v1/people?q=:*%20|%20&").json()["count"] == 0


@pytest.mark.usefixtures("_catalogue")
def test_the_movies_of_a_person_are_the_newest_first(client: Client) -> None:
    person = Person.objects.get(name="Carl Berta Holm")
    movies = client.get(f"/api/v1/people/{person.pk}/movies").json()
    assert movies["count"] == 2
    assert [(movie["title"], movie["works"]) for movie in movies["results"]] == [
        ("Night Ferry", ["Cast"]),
        ("The Lighthouse Keeper", ["Cast"]),
    ]


@pytest.mark.usefixtures("_catalogue")
def test_pages_name_the_people_of_a_movie(client: Client) -> None:
    director = Person.objects.get(name="Agneta Lindqvist")
    page = client.get(f"/movies/{Movie.FIRST_OTHER_ID + 11}/").content.decode()
    assert f'<a href="/people/{director.pk}/">Agneta Lindqvist</a>' in page
    assert "8.1 of 10 from 1,200 votes" in page
    page = client.get(f"/people/{director.pk}/").content.decode()
    assert "Born 1923 · 1 movie" in page
    assert client.get(f"/movies/{Movie.FIRST_OTHER_ID + 17}/").content.decode().count("<script>alert") == 0


@pytest.mark.usefixtures("_catalogue")
def test_an_unknown_person_is_a_404(client: Client) -> None:
    assert client.get("/people/999999/").status_code == 404
    assert client.get("/api/v1/people/999999/movies").json() == {"detail": "There is no person with id 999999."}
