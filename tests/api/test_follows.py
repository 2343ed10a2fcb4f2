"""The people I follow, through the API, and the row of their movies."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from recommender.models import Credit, Follow, Mark, Movie, Person, Rater
from recommender.services.accounts import accounts
from recommender.services.catalogue import imdb
from recommender.services.lists import followed
from recommender.services.ratings import follows, marks, ratings
from recommender.services.ratings.ratings import rater_of
from recommender.services.versions import serving
from tests.support import imdb_files
from tests.support.factories import make_movie
from tests.support.sample_site import ALICE, put_in_service, store_movies, store_ratings

pytestmark = pytest.mark.django_db
ROW = "recommendations/followed"


def make_person(name: str, *movie_ids: int, work: int = Credit.Work.DIRECTOR) -> Person:
    """Somebody who made these movies."""
    person = Person.objects.create(name=name, folded_name=name.lower())
    Credit.objects.bulk_create(Credit(movie_id=pk, person=person, work=work, place=0) for pk in movie_ids)
    return person


@pytest.fixture
def varda() -> Person:
    """Somebody who made one movie."""
    make_movie(1, "Vagabond", 1985)
    return make_person("Agnès Varda", 1)


@pytest.fixture
def bob_client(bob: User) -> Client:
    """A browser in which bob is signed in."""
    client = Client()
    client.force_login(bob)
    return client


def get(client: Client, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == status, answer.content
    return dict(answer.json())


def test_a_person_is_followed_once_listed_and_followed_no_longer(alice_client: Client, varda: Person) -> None:
    put = alice_client.put(f"/api/v1/following/{varda.pk}")
    assert put.status_code == 200
    assert put.json() == alice_client.put(f"/api/v1/following/{varda.pk}").json()
    assert get(alice_client, "following") == {"count": 1, "results": [put.json()]}
    assert put.json()["name"] == "Agnès Varda"
    for _ in range(2):
        assert alice_client.delete(f"/api/v1/following/{varda.pk}").status_code == 204
    assert get(alice_client, "following") == {"count": 0, "results": []}


@pytest.mark.parametrize("is_staff", [False, True])
def test_follows_are_their_owners_alone(
    alice_client: Client, bob: User, bob_client: Client, varda: Person, is_staff: bool
) -> None:
    bob.is_staff = bob.is_superuser = is_staff
    bob.save()
    alice_client.put(f"/api/v1/following/{varda.pk}")
    assert get(bob_client, "following")["count"] == 0
    assert get(bob_client, ROW)["person"] is None
    assert bob_client.delete(f"/api/v1/following/{varda.pk}").status_code == 204
    assert get(alice_client, "following")["count"] == 1


def test_it_refuses_strangers_unknown_people_and_missing_tokens(alice: User, client: Client, varda: Person) -> None:
    path = f"/api/v1/following/{varda.pk}"
    asked = (client.get("/api/v1/following"), client.get(f"/api/v1/{ROW}"), client.put(path), client.delete(path))
    assert [answer.status_code for answer in asked] == [401] * 4
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert (strict.put(path).status_code, strict.delete(path).status_code) == (403, 403)
    client.force_login(alice)
    assert client.put("/api/v1/following/999999").json() == {"detail": "There is no person with id 999999."}
    assert client.put("/api/v1/following/0").status_code == 422
    assert get(client, f"{ROW}?limit=101", 422)["detail"].startswith("limit: ")
    assert not Follow.objects.exists()


def test_the_row_has_what_i_have_not_seen_the_best_predicted_first(
    alice_client: Client, alice: User, tmp_path: Path
) -> None:
    store_movies()
    put_in_service("hybrid", tmp_path)
    rater = rater_of(alice)
    store_ratings(rater, ALICE)
    newest = make_movie(90_001, "Not in the model yet", 2026)
    unseen = Movie.objects.exclude(pk__in=ALICE).exclude(pk=newest.pk).order_by("pk")[:8]
    seen, hidden, wanted, *_ = unseen
    person = make_person("Agnès Varda", newest.pk, *ALICE, *(movie.pk for movie in unseen))
    twice = make_movie(90_002, "Twice", 2000, duplicate_of=wanted)
    Credit.objects.create(movie=twice, person=person, work=Credit.Work.WRITER, place=0)
    for movie, kind in ((seen, "seen"), (hidden, "hidden"), (wanted, "watchlist")):
        marks.put(rater=rater, movie=movie, kind=Mark.Kind(kind))
    follows.put(rater=rater, person=person)
    row = get(alice_client, ROW)
    assert row["heading"] == "New and unseen by Agnès Varda"
    ids = [movie["movie_id"] for movie in row["results"]]
    assert sorted(ids) == sorted([newest.pk, *(movie.pk for movie in unseen if movie not in (seen, hidden))])
    stars = [movie["predicted_stars"] for movie in row["results"][:-1]]
    assert stars == sorted(stars, reverse=True)
    assert (ids[-1], row["results"][-1]["predicted_stars"]) == (newest.pk, None)
    assert next(movie for movie in row["results"] if movie["movie_id"] == wanted.pk)["on_watchlist"]
    assert [movie["movie_id"] for movie in get(alice_client, f"{ROW}?limit=2")["results"]] == ids[:2]


def test_an_actor_is_with_a_movie(alice_rater: Rater) -> None:
    make_movie(1, "Vagabond", 1985)
    follows.put(rater=alice_rater, person=make_person("Sandrine Bonnaire", 1, work=Credit.Work.CAST))
    assert followed.row_of_today(rater=alice_rater, limit=5).heading == "New and unseen with Sandrine Bonnaire"


def test_people_take_turns_day_by_day_and_those_without_anything_to_see_are_passed_over(
    alice_rater: Rater, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = []
    for number in range(1, 5):
        make_movie(number, f"Movie {number}", 1990 + number)
        people.append(make_person(f"Person {number}", number))
        follows.put(rater=alice_rater, person=people[-1])
    ratings.rate(rater=alice_rater, movie=Movie.objects.get(pk=2), half_stars=8)
    today, shown = datetime(2026, 3, 1, 12, tzinfo=UTC), []
    for day in range(8):
        now = today + timedelta(days=day)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        row = followed.row_of_today(rater=alice_rater, limit=5)
        again = followed.row_of_today(rater=alice_rater, limit=5)
        assert row.person is not None
        assert row.person == again.person
        shown.append(row.person.pk)
    assert shown[:4] == shown[4:]
    assert set(shown) == {people[0].pk, people[2].pk, people[3].pk}


def test_the_row_is_empty_when_all_is_seen(alice_client: Client, alice: User, varda: Person) -> None:
    follows.put(rater=rater_of(alice), person=varda)
    assert get(alice_client, ROW)["count"] == 1
    marks.put(rater=rater_of(alice), movie=Movie.objects.get(pk=1), kind=Mark.Kind.SEEN)
    assert get(alice_client, ROW) == {"person": None, "heading": "", "count": 0, "results": []}


def test_the_row_takes_five_queries_however_many_people_and_movies_there_are(
    alice_rater: Rater, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(serving, "CHECK_INTERVAL", 3600.0)
    store_movies()
    put_in_service("hybrid", tmp_path)
    followed.row_of_today(rater=alice_rater, limit=1)
    everything = list(Movie.objects.values_list("pk", flat=True))
    for n_people, n_movies in ((1, 1), (30, len(everything))):
        for number in range(n_people):
            person = make_person(f"Person {n_people} {number}", *everything[:n_movies])
            follows.put(rater=alice_rater, person=person)
        followed.row_of_today(rater=alice_rater, limit=20)
        with django_assert_num_queries(5):  # people, credits, ratings, marks, movies
            assert followed.row_of_today(rater=alice_rater, limit=20).movies


def test_home_has_the_row_for_those_who_follow_somebody(alice_client: Client, alice: User, varda: Person) -> None:
    row = b'data-row="followed"'
    assert row not in alice_client.get("/").content
    follows.put(rater=rater_of(alice), person=varda)
    assert row in alice_client.get("/").content
    assert row not in Client().get("/").content
    assert b"followed></follow-button>" in alice_client.get(f"/people/{varda.pk}/").content
    assert b"Sign in to follow" in Client().get(f"/people/{varda.pk}/").content


def test_follows_go_with_the_account(alice: User, varda: Person) -> None:
    follows.put(rater=rater_of(alice), person=varda)
    accounts.delete(user=alice)
    assert not Follow.objects.exists()
    assert Person.objects.filter(pk=varda.pk).exists()


def test_somebody_followed_stays_when_the_catalogue_loses_their_movies(alice_rater: Rater, tmp_path: Path) -> None:
    nobody = Person.objects.create(name="Nobody", folded_name="nobody")
    lost = Person.objects.create(name="Lost", folded_name="lost")
    follows.put(rater=alice_rater, person=lost)
    imdb_files.write(tmp_path)
    imdb.merge(tmp_path)
    assert Follow.objects.get().person == lost
    assert not Person.objects.filter(pk=nobody.pk).exists()
