"""What TMDB says of a movie besides text: kept, replaced, and read field by field when something is wrong."""

from typing import Any

import pytest

from recommender.models import Availability, Certification, Collection, Credit, Keyword, Movie, Person
from recommender.services.catalogue import tmdb
from recommender.services.catalogue.tmdb_response import Metadata
from tests.support.factories import make_movie
from tests.support.tmdb_server import movie as response

pytestmark = pytest.mark.django_db
STREAMLY = {"provider_id": 8, "provider_name": "Streamly"}
KINO = {"provider_id": 9, "provider_name": "Kino+"}
FACTS: dict[str, Any] = {
    "belongs_to_collection": {"id": 86311, "name": "The Heist Collection"},
    "release_dates": {
        "results": [
            {
                "iso_3166_1": "US",
                "release_dates": [{"certification": "", "type": 1}, {"certification": "R", "type": 3}],
            },
            {"iso_3166_1": "XX", "release_dates": [{"certification": "18", "type": 3}]},
        ]
    },
    "videos": {
        "results": [
            {"site": "Vimeo", "type": "Trailer", "key": "vimeo12"},
            {"site": "YouTube", "type": "Trailer", "key": "anybody1", "official": False},
            {"site": "YouTube", "type": "Trailer", "key": "official", "official": True},
        ]
    },
    "watch/providers": {
        "results": {
            "US": {
                "flatrate": [STREAMLY, KINO],
                "rent": [KINO],
            },
            "XX": {"buy": [STREAMLY]},
        }
    },
    "credits": {
        "cast": [{"id": 2, "name": "Second", "order": 1}, {"id": 1, "name": "Árni First", "order": 0}],
        "crew": [{"id": 3, "name": "Boss", "job": "Director", "department": "Directing"}],
    },
}
HOSTILE: Any = [
    None, 7, "<script>alert(1)</script>", [], {}, [None, 7, "x", {}], {"results": 7},
    {"results": [None, {"key": "<b>"}]},
    {"results": {"US": 7, "u": {}, "DE": {"ads": [{"provider_id": -1, "provider_name": "x"}, {"provider_id": 2**40}]}}},
    {"keywords": [{"id": 2**40, "name": "x"}, {"id": 1, "name": "\x00" * 9}, {"id": 2, "name": "y" * 9999}]},
    {"cast": [{"id": "1; drop table", "name": []}], "crew": "x"}, {"id": 0, "name": ""}, {"id": 5, "name": "z" * 9999},
]  # fmt: skip


def save(**more: Any) -> Movie:
    tmdb.save(metadata_by_id={603: Metadata.model_validate(response(603, "/poster.jpg", **more))})
    return Movie.objects.get(tmdb_id=603)


@pytest.fixture(autouse=True)
def matrix() -> Movie:
    return make_movie(1, "The Matrix", 1999, tmdb_id=603)


def test_all_facts_are_kept() -> None:
    movie = save(**FACTS)
    assert (movie.original_language, movie.spoken_languages, movie.countries) == ("fr", ["fr", "en"], ["FR"])
    assert (movie.tagline, movie.trailer) == ("Nothing is as it seems.", "official")
    assert movie.collection == Collection.objects.get(pk=86311, name="The Heist Collection")
    assert list(movie.keywords.values_list("name", flat=True)) == ["heist"]
    assert list(Certification.objects.values_list("country", "name")) == [("US", "R")]
    shown = [(row.get_kind_display(), row.provider.name) for row in Availability.objects.of_movie(movie, "US")]
    assert shown == [("Stream", "Streamly"), ("Stream", "Kino+"), ("Rent", "Kino+")]
    assert not Availability.objects.exclude(country="US").exists()
    credits = [(each.get_work_display(), each.person.name) for each in Credit.objects.of_movie(movie)]
    assert credits == [("Director", "Boss"), ("Cast", "Árni First"), ("Cast", "Second")]
    assert Person.objects.get(tmdb_id=1).folded_name == "arni first"


def test_what_tmdb_no_longer_says_goes() -> None:
    save(**FACTS)
    movie = save(keywords={"keywords": []})
    assert (movie.collection, movie.trailer) == (None, "")
    for model in (Certification, Availability, Credit):
        assert not model.objects.exists()
    assert not movie.keywords.exists()
    assert Keyword.objects.exists()


def test_people_whom_imdb_has_named_stay(matrix: Movie) -> None:
    person = Person.objects.create(name="Keanu Reeves", folded_name="keanu reeves", imdb_id=206)
    Credit.objects.create(movie=matrix, person=person, work=Credit.Work.CAST, place=0)
    save(**FACTS)
    assert [credit.person.name for credit in Credit.objects.of_movie(matrix)] == ["Keanu Reeves"]


@pytest.mark.parametrize(
    "name", [*FACTS, "keywords", "tagline", "original_language", "spoken_languages", "backdrop_path"]
)
def test_one_bad_field_leaves_the_others(name: str) -> None:
    for value in HOSTILE:
        movie = save(**FACTS | {name: value})
        assert movie.overview == "What happens in 603."
        assert movie.countries == ["FR"]
    kept = {"watch/providers": Availability, "credits": Credit, "release_dates": Certification}
    for field, model in kept.items():
        assert model.objects.exists() == (field != name)
