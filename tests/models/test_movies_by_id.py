"""Movies read by their ids, as lists show them."""

import pytest

from recommender.models import Genre, Movie

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _movies(db: None) -> None:
    for pk in (1, 2, 3):
        Movie.objects.create(pk=pk, title=f"Movie {pk}", overview="Long.")
    drama = Genre.objects.create(name="Drama")
    Movie.objects.get(pk=2).genres.add(drama)


def test_they_come_in_the_order_asked_for_and_unknown_ones_are_left_out() -> None:
    found = Movie.objects.in_order([3, 99, 2])
    assert [(movie.pk, movie.genre_names) for movie in found] == [(3, []), (2, ["Drama"])]
    assert Movie.objects.in_order([]) == []


def test_ids_travel_as_one_parameter() -> None:
    assert Movie.objects.with_ids([1, 2, 3]).query.sql_with_params()[1] == ([1, 2, 3],)


def test_what_no_tile_shows_is_not_read() -> None:
    (movie,) = Movie.objects.in_order([1])
    assert "overview" in movie.get_deferred_fields()
    assert not movie.get_deferred_fields() & {"title", "year", "imdb_id", "poster_path", "rating_count", "rating_mean"}
