"""A rater's own ratings: what the search, the filters and the orders find, and the statistics."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User

from recommender.models import Movie, Rater, Rating
from recommender.services.ratings import ratings
from recommender.services.ratings.habits import Agreement, statistics_of
from recommender.services.ratings.my_ratings import Page, RatingQuery, ratings_of
from tests.support.factories import LONG_AGO, make_movie, make_rating

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice_rated(alice_rater: Rater, bob: User) -> Rater:
    """Alice has rated four movies, each a day after the one before; bob has rated two of them and one more."""
    movies = [
        make_movie(1, "Alien", 1979, "Horror|Sci-Fi"),
        make_movie(2, "Léon", 1994, "Crime|Drama", alternative_titles=["The Professional"]),
        make_movie(3, "Amélie", 2001, "Comedy|Romance"),
        make_movie(4, "Untitled 100%_", None, "Drama"),
        make_movie(5, "Heat", 1995, "Crime"),
    ]
    for days, (movie, half_stars) in enumerate(zip(movies, (10, 7, 4, 7), strict=False)):
        ratings.rate(rater=alice_rater, movie=movie, half_stars=half_stars)
        Rating.objects.filter(rater=alice_rater, movie=movie).update(rated_at=LONG_AGO + timedelta(days=days))
    for movie, half_stars in ((movies[0], 6), (movies[1], 8), (movies[4], 9)):
        ratings.rate(rater=ratings.rater_of(bob), movie=movie, half_stars=half_stars)
    return alice_rater


def listed(page: Page) -> list[int]:
    return [movie.pk for movie, _ in page.rated]


def find(rater: Rater, **wanted: Any) -> list[int]:
    return listed(ratings_of(rater=rater, query=RatingQuery(**wanted), limit=100))


@pytest.mark.parametrize(
    ("sort", "movie_ids"),
    [
        ("newest", [4, 3, 2, 1]),
        ("oldest", [1, 2, 3, 4]),
        ("highest", [1, 4, 2, 3]),
        ("lowest", [3, 4, 2, 1]),
        ("title", [1, 3, 2, 4]),
        ("year", [3, 2, 1, 4]),
        ("mean", [1, 2, 4, 3]),
    ],
)
def test_it_sorts(alice_rated: Rater, sort: str, movie_ids: list[int]) -> None:
    assert find(alice_rated, sort=sort) == movie_ids


@pytest.mark.parametrize(
    ("query", "movie_ids"),
    [
        ("", [4, 3, 2, 1]),
        ("  ", [4, 3, 2, 1]),
        ("ALIEN", [1]),
        ("amelie", [3]),
        ("Amélie 2001", [3]),
        ("professional", [2]),
        ("the leon", [2]),
        ("100%", [4]),
        ("0%_", [4]),
        ("0_", []),
        ("heat", []),
    ],
)
def test_it_searches_titles_without_minding_accents(alice_rated: Rater, query: str, movie_ids: list[int]) -> None:
    assert find(alice_rated, text=query) == movie_ids


def test_it_filters_by_stars_genre_and_decade(alice_rated: Rater) -> None:
    assert find(alice_rated, half_stars=7) == [4, 2]
    assert find(alice_rated, genre="drama") == [4, 2]
    assert find(alice_rated, decade=1990) == [2]
    assert find(alice_rated, half_stars=7, genre="Crime", decade=1990, text="leon") == [2]


def test_slices_fit_together_and_count_what_the_filters_leave(alice_rated: Rater) -> None:
    pages = [
        ratings_of(rater=alice_rated, query=RatingQuery(sort="title"), limit=3, offset=offset) for offset in (0, 3)
    ]
    assert [listed(page) for page in pages] == [[1, 3, 2], [4]]
    assert {page.count for page in pages} == {4}
    assert ratings_of(rater=alice_rated, query=RatingQuery(genre="Drama"), limit=1).count == 2


def test_a_slice_takes_three_queries(alice_rated: Rater, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        page = ratings_of(
            rater=alice_rated, query=RatingQuery("e", genre="Crime", decade=1990, half_stars=7), limit=100
        )
        assert [movie.genre_names for movie, _ in page.rated] == [["Crime", "Drama"]]


def test_it_counts_stars_decades_and_genres(alice_rated: Rater, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(4):
        found = statistics_of(rater=alice_rated)
    assert (found.count, found.mean) == (4, 3.5)
    assert found.histogram == [0, 0, 0, 1, 0, 0, 2, 0, 0, 1]
    assert [(each.name, each.count, each.mean) for each in found.decades] == [
        ("2000", 1, 2.0),
        ("1990", 1, 3.5),
        ("1970", 1, 5.0),
    ]
    assert [(each.name, each.count) for each in found.genres][:2] == [("Drama", 2), ("Comedy", 1)]
    others = {each.name: each.others_mean for each in found.decades}
    assert others == {"2000": None, "1990": 4.0, "1970": 3.0}


def test_it_compares_my_stars_with_those_of_everybody_else(alice_rated: Rater, bob: User) -> None:
    for movie_id, half_stars in ((3, 2), (4, 9)):
        ratings.rate(rater=ratings.rater_of(bob), movie=Movie.objects.get(pk=movie_id), half_stars=half_stars)
    agreement = statistics_of(rater=alice_rated).agreement
    mine, theirs = np.array([5, 3.5, 2, 3.5]), np.array([3, 4, 1, 4.5])
    assert agreement.n_movies == 4
    assert agreement.mean_difference == pytest.approx((mine - theirs).mean())
    assert agreement.correlation == pytest.approx(np.corrcoef(mine, theirs)[0, 1])


def test_agreement_needs_three_movies_and_somebody_else(alice_rater: Rater) -> None:
    nothing = statistics_of(rater=alice_rater)
    assert (nothing.count, nothing.mean, nothing.histogram) == (0, None, [0] * 10)
    make_rating(alice_rater, make_movie(rating_count=1, rating_mean=4, rating_median=4))
    alone = statistics_of(rater=alice_rater)
    assert (alone.agreement.n_movies, alone.agreement.mean_difference, alone.agreement.correlation) == (0, None, None)
    assert alone.agreement.sentence == ""
    assert [each.others_mean for each in alone.genres] == [None]


@pytest.mark.parametrize(
    ("difference", "n_movies", "sentence"),
    [
        (0.34, 12, "You give 0.3 stars more than everyone else, across 12 movies that others rated too."),
        (-1.0, 1, "You give 1.0 stars less than everyone else, across 1 movie that others rated too."),
        (-0.04, 1200, "You rate as generously as everyone else, across 1,200 movies that others rated too."),
    ],
)
def test_one_sentence_says_how_generous_i_am(difference: float, n_movies: int, sentence: str) -> None:
    assert Agreement(n_movies, difference, None).sentence == sentence
