"""Deleting a user in the admin closes the account: the statistics of movies follow, and no page lists every rating."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from recommender.models import Movie, Rater, Rating
from recommender.services.ratings import ratings
from tests.admin.conftest import signed_in
from tests.support.factories import make_movie, make_user

pytestmark = pytest.mark.django_db
BASE = "/admin/auth/user/"


@pytest.fixture
def erin(db: None) -> User:
    """Somebody who has rated ten movies."""
    user = make_user("erin")
    for movie_id in range(1, 11):
        ratings.rate(rater=ratings.rater_of(user), movie=make_movie(movie_id), half_stars=8)
    return user


def test_it_takes_the_ratings_back(visitors: dict[str, Client], erin: User) -> None:
    question = visitors["root"].get(f"{BASE}{erin.pk}/delete/").content.decode()
    assert "erin, with all ratings" in question
    assert "Alien" not in question
    assert visitors["root"].post(f"{BASE}{erin.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not User.objects.filter(username="erin").exists()
    assert (Rating.objects.count(), Rater.objects.count()) == (0, 0)
    assert set(Movie.objects.values_list("rating_count", "rating_mean")) == {(0, None)}


def test_the_action_of_the_list_does_too(visitors: dict[str, Client], erin: User) -> None:
    body = {"action": "delete_selected", "_selected_action": [erin.pk], "post": "yes"}
    visitors["root"].post(BASE, body)
    assert not User.objects.filter(username="erin").exists()
    assert set(Movie.objects.values_list("rating_count", flat=True)) == {0}


@pytest.mark.parametrize(
    ("rights", "deleted"), [((), False), (("view_user", "change_user"), False), (("delete_user",), True)]
)
def test_it_takes_the_right_to_delete_users(erin: User, rights: tuple[str, ...], deleted: bool) -> None:
    client = signed_in("frank")
    permissions = Permission.objects.filter(codename__in=rights, content_type__app_label="auth")
    User.objects.get(username="frank").user_permissions.set(permissions)
    assert client.post(f"{BASE}{erin.pk}/delete/", {"post": "yes"}).status_code == (302 if deleted else 403)
    assert User.objects.filter(username="erin").exists() != deleted
