"""Many people tag one movie at the same time; the counts stay right."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from recommender.models import Movie, MovieTag, Rater, TagApplication
from recommender.services.ratings import tags
from tests.support.factories import make_movie, make_rater

N_RATERS = 4
ROUNDS = 12


def tag_and_untag(rater: Rater, movie: Movie) -> None:
    try:
        for _ in range(ROUNDS):
            tags.add(rater=rater, movie=movie, name="space")
            tags.remove(rater=rater, movie=movie, name="space")
        tags.add(rater=rater, movie=movie, name="space")
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_it_counts_right_when_many_give_and_take_back_at_once() -> None:
    movie, raters = make_movie(), [make_rater(number) for number in range(1, N_RATERS + 1)]
    with ThreadPoolExecutor(N_RATERS) as people:
        list(people.map(lambda rater: tag_and_untag(rater, movie), raters))
    assert MovieTag.objects.get(movie=movie).count == TagApplication.objects.filter(movie=movie).count() == N_RATERS
