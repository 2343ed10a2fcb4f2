"""What pages show about movies: the distribution of their ratings, and which were rated recently."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from recommender.models import Movie, Rater
from recommender.services.catalogue import movies
from recommender.services.ratings import movie_statistics, ratings
from recommender.services.ratings.ratings import rater_of
from tests.support.factories import make_movie, make_rater, make_rating

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


def test_it_counts_the_ratings_on_each_step_in_one_query(django_assert_num_queries: object) -> None:
    movie, other = make_movie(), make_movie(2, "Aliens")
    for number, half_stars in enumerate((1, 8, 8, 10), start=1):
        make_rating(make_rater(number), movie, half_stars)
    make_rating(make_rater(9), other, 5)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert movie_statistics.histogram(movie=movie) == [1, 0, 0, 0, 0, 0, 0, 2, 0, 1]
    assert movie_statistics.histogram(movie=make_movie(3, "Alien 3")) == [0] * 10


def test_it_returns_the_movies_rated_here_lately_most_recent_first(alice_rater: Rater) -> None:
    first, second, third = make_movie(), make_movie(2, "Aliens"), make_movie(3, "Alien 3")
    make_rating(make_rater(), make_movie(4, "Alien 4"))  # imported
    for movie in (third, first, second):
        ratings.rate(rater=alice_rater, movie=movie, half_stars=9)
    Movie.objects.filter(pk=third.pk).update(last_rated_at=timezone.now() - timedelta(days=31))
    assert movies.recently_rated(limit=9, user=VISITOR) == [second, first]
    ratings.rate(rater=alice_rater, movie=first, half_stars=1)
    assert movies.recently_rated(limit=9, user=VISITOR) == [first, second]
    assert movies.recently_rated(limit=1, user=VISITOR) == [first]


def test_recently_rated_is_what_others_rated_and_no_row_of_a_few(
    alice: User, alice_rater: Rater, bob: User, django_assert_num_queries: Any
) -> None:
    rated = [make_movie(number, f"Alien {number}") for number in range(1, 7)]
    for movie in rated[:5]:
        ratings.rate(rater=alice_rater, movie=movie, half_stars=9)
    assert [movies.are_recently_rated(user) for user in (alice, bob, VISITOR)] == [False, True, True]
    ratings.rate(rater=rater_of(bob), movie=rated[0], half_stars=2)
    ratings.rate(rater=rater_of(bob), movie=rated[5], half_stars=2)
    with django_assert_num_queries(1):
        assert movies.recently_rated(limit=9, user=alice) == [rated[5], rated[0]]
    assert movies.recently_rated(limit=9, user=bob) == rated[4:0:-1]
    assert [movies.are_recently_rated(user) for user in (alice, bob, VISITOR)] == [False, False, True]


def test_it_forgets_a_movie_whose_last_rating_is_removed(alice_rater: Rater) -> None:
    movie = make_movie()
    ratings.rate(rater=alice_rater, movie=movie, half_stars=9)
    ratings.remove(rater=alice_rater, movie=movie)
    assert movies.recently_rated(limit=9, user=VISITOR) == []


def test_it_knows_what_alice_has_rated(alice: User, alice_rater: Rater) -> None:
    movie = make_movie()
    make_rating(make_rater(), make_movie(2, "Aliens"))
    ratings.rate(rater=alice_rater, movie=movie, half_stars=9)
    assert movies.left_out_for(alice, {"seen"}) == {movie.pk}
    assert movies.left_out_for(AnonymousUser(), {"seen"}) == frozenset()
