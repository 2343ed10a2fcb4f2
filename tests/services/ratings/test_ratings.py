"""Rating a movie, changing one's mind and taking it back."""

import pytest
from django.contrib.auth.models import User

from recommender.models import Movie, Rater, Rating
from recommender.services.ratings import ratings
from tests.support.factories import make_movie, make_rater, make_rating

pytestmark = pytest.mark.django_db


def statistics(movie: Movie) -> tuple[int, float | None]:
    movie.refresh_from_db()
    return movie.rating_count, movie.rating_mean


def test_it_makes_a_rater_at_the_first_need_and_only_once(alice: User) -> None:
    assert ratings.rater_of(alice) == ratings.rater_of(alice)
    assert Rater.objects.filter(user=alice).count() == 1


def test_it_counts_the_first_rating_of_a_movie(alice_rater: Rater) -> None:
    movie = make_movie()
    ratings.rate(rater=alice_rater, movie=movie, half_stars=9)
    assert statistics(movie) == (1, 4.5)


def test_it_replaces_an_earlier_rating(alice_rater: Rater) -> None:
    movie = make_movie(rating_count=3, rating_mean=2.0, rating_median=2.0)
    ratings.rate(rater=alice_rater, movie=movie, half_stars=8)
    assert statistics(movie) == (4, 2.5)
    ratings.rate(rater=alice_rater, movie=movie, half_stars=4)
    assert statistics(movie) == (4, 2.0)
    assert Rating.objects.get(rater=alice_rater, movie=movie).half_stars == 4


def test_it_takes_a_rating_back(alice_rater: Rater) -> None:
    movie = make_movie(rating_count=3, rating_mean=2.0, rating_median=2.0)
    ratings.rate(rater=alice_rater, movie=movie, half_stars=8)
    assert ratings.remove(rater=alice_rater, movie=movie)
    assert statistics(movie) == (3, 2.0)
    assert not ratings.remove(rater=alice_rater, movie=movie)
    assert statistics(movie) == (3, 2.0)


def test_it_leaves_no_statistics_when_the_last_rating_goes(alice_rater: Rater) -> None:
    movie = make_movie()
    ratings.rate(rater=alice_rater, movie=movie, half_stars=1)
    ratings.remove(rater=alice_rater, movie=movie)
    assert statistics(movie) == (0, None)


def test_it_keeps_its_hands_off_the_ratings_of_others(alice_rater: Rater) -> None:
    movie, other = make_movie(rating_count=1, rating_mean=4.0, rating_median=4.0), make_rater()
    make_rating(other, movie, 8)
    ratings.rate(rater=alice_rater, movie=movie, half_stars=2)
    ratings.remove(rater=alice_rater, movie=movie)
    assert Rating.objects.get(rater=other, movie=movie).half_stars == 8
    assert statistics(movie) == (1, 4.0)


@pytest.mark.parametrize("stars", [0, 0.25, 0.7, 5.5, -1, 100])
def test_it_refuses_stars_off_the_grid(stars: float) -> None:
    with pytest.raises(ratings.InvalidRating, match=r"0\.5 to 5 stars in half steps"):
        ratings.half_stars_of(stars)


def test_it_takes_every_half_star() -> None:
    assert [ratings.half_stars_of(n / 2) for n in range(1, 11)] == list(range(1, 11))


def test_the_last_rating_of_a_movie_takes_its_median_and_time_with_it(alice_rater: Rater) -> None:
    movie = make_movie()
    rating = ratings.rate(rater=alice_rater, movie=movie, half_stars=7)
    movie.refresh_from_db()
    assert (movie.rating_median, movie.last_rated_at) == (3.5, rating.rated_at)
    ratings.remove(rater=alice_rater, movie=movie)
    movie.refresh_from_db()
    assert (movie.rating_median, movie.last_rated_at) == (None, None)
