"""Movies that the catalogue has twice: which ones are the same film, and that one stands for both everywhere."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client

from recommender.models import Mark, Movie, MovieTag, Rater, Rating, TagApplication
from recommender.services.catalogue import duplicates, title_search
from recommender.services.imports import review
from recommender.services.lists.recommendations import make_list
from recommender.services.lists.served_model import Served
from recommender.services.lists.steps import said_by
from recommender.services.ratings import marks, ratings, tags
from recommender.services.ratings.ratings import rater_of
from recommender.titles.query import TitleQuery
from tests.support.factories import make_movie, make_rater, make_rating, small_model

pytestmark = pytest.mark.django_db
IDS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"imdb_id": "0113189"}, {"imdb_id": "tt113189", "genres": "Drama"}, True),
    ({"tmdb_id": 5, "imdb_id": "0113189"}, {"tmdb_id": 5, "imdb_id": "0999999", "genres": "Horror|Drama"}, True),
    ({"tmdb_id": 5}, {"tmdb_id": 5, "genres": "Comedy"}, False),  # an id given by mistake
    ({"tmdb_id": 5}, {}, True),
    ({"tmdb_id": 5}, {"genres": "Horror|Drama"}, False),
    ({"tmdb_id": 5}, {"tmdb_id": 6}, False),  # two films of one name
    ({"imdb_id": "0113189"}, {"imdb_id": "0999999"}, False),
    ({"title": "ALIEN"}, {}, True),
    ({}, {"year": 1980}, False),
    ({"year": None}, {"year": None}, False),
    ({"genres": "(no genres listed)"}, {"genres": "(no genres listed)"}, False),
]


@pytest.mark.parametrize(("first", "second", "same"), IDS)
def test_ids_or_all_facts_have_to_agree(first: dict[str, Any], second: dict[str, Any], same: bool) -> None:
    make_movie(1, **first)
    make_movie(2, **second)
    assert duplicates.mark() == same
    assert Movie.objects.original_ids() == ({2: 1} if same else {})


def test_one_movie_stands_for_three_and_a_correction_takes_it_back() -> None:
    make_movie(1, tmdb_id=5)
    make_movie(2, tmdb_id=5, imdb_id="0113189", genres="Horror|Drama")
    make_movie(3, imdb_id="0113189", genres="Drama")
    duplicates.mark()
    assert Movie.objects.original_ids() == {2: 1, 3: 1}
    Movie.objects.filter(pk=2).update(title="Aliens")
    assert duplicates.mark() == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        Movie.objects.filter(pk=1).update(duplicate_of=2)


def test_what_members_said_about_either_counts_for_both(alice_rater: Rater, bob: User) -> None:
    first, second = make_movie(1), make_movie(2)
    make_rating(make_rater(), second, 2)  # of the release
    bobs = rater_of(bob)
    ratings.rate(rater=alice_rater, movie=first, half_stars=3)
    ratings.rate(rater=alice_rater, movie=second, half_stars=9)  # the newer one
    ratings.rate(rater=bobs, movie=second, half_stars=8)
    marks.put(rater=bobs, movie=first, kind=Mark.Kind.WATCHLIST)
    tags.add(rater=bobs, movie=second, name="space")
    for _ in range(2):
        title_search.build()
        assert Rating.objects.half_stars_by_movie(alice_rater) == {1: 9}
        assert Rating.objects.half_stars_by_movie(bobs) == {1: 8}
        assert not Mark.objects.exists()
        assert list(TagApplication.objects.values_list("rater", "movie")) == [(bobs.pk, 1)]
        assert list(MovieTag.objects.values_list("movie", "count")) == [(1, 1)]
        assert list(Movie.objects.values_list("rating_count", "rating_mean").order_by("pk")) == [(2, 4.25), (1, 1.0)]


def test_people_meet_one_of_them_only(client: Client, alice_client: Client, alice_rater: Rater) -> None:
    make_movie(1, tmdb_id=5, imdb_id="0113189")
    make_movie(2, tmdb_id=5, imdb_id="0999999", genres="Horror|Drama", rating_count=0)
    title_search.build()
    assert [movie.pk for movie in title_search.search(TitleQuery("alien")).movies] == [1]
    shown = make_list(Served("mean", small_model()), said_by(alice_rater), limit=9)
    assert [each.movie.pk for each in shown.results] == [1]
    assert shown.count == 1
    moved = client.get("/movies/2/")
    assert (moved.status_code, moved["Location"]) == (302, "/movies/1/")
    assert client.get("/api/v1/movies/2").json()["movie_id"] == 1
    assert alice_client.put("/api/v1/ratings/2", {"stars": 4}, "application/json").json()["movie_id"] == 1
    file = b"Const,Your Rating,Title,Title Type,Year\ntt0999999,8,Alien,Movie,1979\n"
    assert [row.movie_id for row in review.preview(rater=alice_rater, data=file, file_name="r.csv").rows.all()] == [1]
