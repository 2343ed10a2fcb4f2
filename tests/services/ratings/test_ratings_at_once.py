"""Several people rate one movie at the same time; its count and mean stay right."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from recommender.models import Movie, Rater
from recommender.services.ratings import ratings
from tests.support.factories import make_movie, make_rater

N_RATERS = 4
ROUNDS = 12


def rate_and_remove(rater: Rater, movie: Movie, half_stars: int) -> None:
    try:
        for _ in range(ROUNDS):
            ratings.rate(rater=rater, movie=movie, half_stars=10)
            ratings.remove(rater=rater, movie=movie)
        ratings.rate(rater=rater, movie=movie, half_stars=half_stars)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_it_counts_right_when_several_people_rate_a_movie_at_once() -> None:
    movie, raters = make_movie(), [make_rater(number) for number in range(1, N_RATERS + 1)]
    with ThreadPoolExecutor(N_RATERS) as people:
        list(people.map(rate_and_remove, raters, [movie] * N_RATERS, range(1, N_RATERS + 1)))
    movie.refresh_from_db()
    assert (movie.rating_count, movie.rating_mean) == (N_RATERS, pytest.approx(1.25))
