"""A reason names a person only if all movies that speak for the recommended one share them, and the user likes them."""

from pathlib import Path
from typing import Any

import pytest

from recommender.models import Credit, Movie, Person, Rater
from recommender.services.lists.explanations import explain
from recommender.services.lists.liked_people import LikedPerson, shared_by_all
from recommender.services.lists.recommendations import Recommendations, recommend_for
from recommender.services.ratings.ratings import rater_of
from recommender.services.versions import serving
from tests.support.factories import make_movie
from tests.support.sample_site import ALICE, put_in_service, store_movies, store_ratings

pytestmark = pytest.mark.django_db
DIRECTOR, WRITER, CAST = Credit.Work.DIRECTOR, Credit.Work.WRITER, Credit.Work.CAST
LIKED = {1: True, 2: True, 3: True, 4: False, 5: False, 6: False}
SPEAKING = {9: {1: "Movie 1", 2: "Movie 2"}}


@pytest.fixture
def films() -> None:
    """Nine movies."""
    for number in range(1, 10):
        make_movie(number, f"Movie {number}", 1980 + number)


def made(name: str, *movies: int, work: int = DIRECTOR, place: int = 0) -> Person:
    """Somebody who made these movies."""
    person = Person.objects.create(name=name, folded_name=name.lower())
    Credit.objects.bulk_create(Credit(movie_id=pk, person=person, work=work, place=place) for pk in movies)
    return person


@pytest.mark.usefixtures("films")
def test_it_names_whom_all_movies_share_that_speak_for_another() -> None:
    varda = made("Agnès Varda", 1, 2, 9)
    assert shared_by_all(SPEAKING, LIKED) == {9: LikedPerson(varda.pk, "Agnès Varda", ["Movie 1", "Movie 2"])}


@pytest.mark.usefixtures("films")
@pytest.mark.parametrize("movies", [(1, 9), (1, 2), (1, 2, 8), (1, 3, 9)])
def test_it_names_nobody_whom_they_do_not_all_share(movies: tuple[int, ...]) -> None:
    made("Agnès Varda", *movies)
    assert shared_by_all(SPEAKING, LIKED) == {}


@pytest.mark.usefixtures("films")
def test_one_movie_is_no_evidence() -> None:
    made("Agnès Varda", 1, 2, 9)
    assert shared_by_all({9: {1: "Movie 1"}}, LIKED) == {}


@pytest.mark.usefixtures("films")
def test_nobody_is_liked_of_whom_the_user_dislikes_as_many_movies() -> None:
    made("Agnès Varda", 1, 2, 4, 9)
    assert len(shared_by_all(SPEAKING, LIKED)) == 1
    made("Somebody else", 1, 2, 4, 5, 9)
    assert shared_by_all(SPEAKING, LIKED)[9].name == "Agnès Varda"
    Credit.objects.filter(person__name="Agnès Varda").delete()
    assert shared_by_all(SPEAKING, LIKED) == {}


@pytest.mark.usefixtures("films")
def test_a_director_stands_before_a_writer_and_the_cast() -> None:
    made("An actor", 1, 2, 9, work=CAST)
    made("A writer", 1, 2, 9, work=WRITER)
    second = made("Second director", 1, 2, 9, place=1)
    assert shared_by_all(SPEAKING, LIKED)[9].person_id == second.pk
    first = made("First director", 1, 2, 9)
    Credit.objects.create(movie_id=9, person=first, work=CAST, place=0)
    assert shared_by_all(SPEAKING, LIKED)[9].person_id == first.pk


@pytest.mark.usefixtures("films")
def test_two_queries_whatever_the_length(django_assert_num_queries: Any) -> None:
    made("Agnès Varda", 1, 2, 7, 8, 9)
    speaking = {pk: {1: "Movie 1", 2: "Movie 2"} for pk in (7, 8, 9)}
    with django_assert_num_queries(2):
        assert len(shared_by_all(speaking, LIKED)) == 3
    with django_assert_num_queries(0):
        assert shared_by_all({9: {1: "Movie 1"}, 8: {}}, LIKED) == {}


@pytest.fixture
def alice_rated(alice: Any, tmp_path: Path) -> Rater:
    """Alice with her ratings, and the hybrid in service."""
    store_movies()
    put_in_service("hybrid", tmp_path)
    rater = rater_of(alice)
    store_ratings(rater, ALICE)
    return rater


def listed(rater: Rater) -> Recommendations:
    return recommend_for(rater=rater, limit=40)


def test_tile_and_explanation_name_the_same_person(alice_rated: Rater) -> None:
    tiles = [each for each in listed(alice_rated).results if len(each.reasons) >= 2]
    first, other = tiles[0], next(each for each in tiles if set(ids(each)) - set(ids(tiles[0])))
    person = made("Agnès Varda", first.movie.pk, *ids(first))
    made("Kept out", other.movie.pk, ids(other)[0])
    found = {each.movie.pk: each for each in listed(alice_rated).results}
    tile = found[first.movie.pk]
    assert tile.sentence == "Because you like Agnès Varda"
    assert tile.person == LikedPerson(person.pk, "Agnès Varda", [reason.title for reason in tile.reasons])
    assert found[other.movie.pk].person is None
    why = explain(rater=alice_rated, movie_id=first.movie.pk)
    assert (why.sentence, why.person) == (tile.sentence, tile.person)
    rated = set(ALICE) - {pk for pk, half_stars in ALICE.items() if half_stars < 7}
    for each in found.values():
        assert each.person is None or set(ids(each)) <= rated


def ids(tile: Any) -> list[int]:
    return [reason.movie_id for reason in tile.reasons]


def test_a_name_that_does_not_fit_leaves_the_titles(alice_rated: Rater) -> None:
    tile = next(each for each in listed(alice_rated).results if len(each.reasons) >= 2)
    made("A name of very many words that nobody could read on a tile", tile.movie.pk, *ids(tile))
    again = next(each for each in listed(alice_rated).results if each.movie.pk == tile.movie.pk)
    assert (again.person, again.sentence) == (None, tile.sentence)


def test_a_list_with_people_takes_a_fixed_number_of_queries(
    alice_rated: Rater, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "CHECK_INTERVAL", 3600.0)
    made("Everybody's friend", *Movie.objects.values_list("pk", flat=True))
    recommend_for(rater=alice_rated, limit=1)
    for limit in (5, 40):
        with django_assert_num_queries(7):  # my choice, ratings, marks, titles of reasons, people twice, movies
            found = recommend_for(rater=alice_rated, limit=limit).results
        assert any(each.person for each in found)
