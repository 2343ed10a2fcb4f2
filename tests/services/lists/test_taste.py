"""What a model has learned about a rater, the algorithm they chose, and the first movies to rate."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from recommender.models import ModelVersion, Movie, Preferences, Rater
from recommender.services.lists import onboarding, served_model
from recommender.services.lists.explanations import explain
from recommender.services.lists.recommendations import recommend_for
from recommender.services.lists.taste import taste_of
from recommender.services.ratings import ratings
from recommender.services.versions import serving
from tests.support.sample_site import ALICE, put_in_service, store_movies

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(db: None, tmp_path: Path) -> None:
    store_movies()
    for name in ("hybrid", "als", "tag_count", "tag_ls", "ease", "mean"):
        put_in_service(name, tmp_path)


@pytest.mark.parametrize(
    ("algorithm", "groups"),
    [
        ("hybrid", ["Genres"]),
        ("als", ["Factors"]),
        ("tag_count", ["Top tags", "Genres", "Importance"]),
        ("tag_ls", ["Tags", "Genres"]),
        ("ease", []),
        ("mean", []),
    ],
)
def test_it_names_the_parameters_of_every_algorithm(alice_rated: Rater, algorithm: str, groups: list[str]) -> None:
    taste = taste_of(rater=alice_rated, algorithm=algorithm)
    assert (taste.algorithm, taste.n_ratings) == (algorithm, len(ALICE))
    assert [group.name for group in taste.groups] == ["Your average against the crowd", *groups]


@pytest.mark.parametrize("algorithm", ["hybrid", "als"])
def test_latent_factors_are_named_by_the_movies_at_their_ends(alice_rated: Rater, algorithm: str) -> None:
    axes = taste_of(rater=alice_rated, algorithm=algorithm).axes
    assert axes
    for movie_id, title in axes[0].liked + axes[0].other:
        assert title == f"Movie {movie_id}"
    assert {(movie_id // 10) % 2 for movie_id, _ in axes[0].liked} == {0}  # alice likes the even ones


def test_tags_and_nothing_have_no_axes(alice_rated: Rater) -> None:
    assert [taste_of(rater=alice_rated, algorithm=name).axes for name in ("tag_ls", "mean")] == [[], []]


def test_it_needs_as_many_ratings_as_the_algorithm(site: None, alice_rater: Rater) -> None:
    with pytest.raises(served_model.TooFewRatings):
        taste_of(rater=alice_rater, algorithm="tag_ls")


def test_a_profile_takes_a_fixed_number_of_queries(
    alice_rated: Rater, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "CHECK_INTERVAL", 3600.0)
    taste_of(rater=alice_rated, algorithm="als")
    with django_assert_num_queries(3):
        taste_of(rater=alice_rated, algorithm="als")


def test_the_choice_makes_lists_and_explanations_that_name_no_algorithm(alice_rated: Rater) -> None:
    assert recommend_for(rater=alice_rated, limit=1).algorithm == "hybrid"
    served_model.choose_algorithm(rater=alice_rated, algorithm="als")
    assert recommend_for(rater=alice_rated, limit=1).algorithm == "als"
    assert explain(rater=alice_rated, movie_id=71).algorithm == "als"
    assert taste_of(rater=alice_rated).algorithm == "als"
    assert recommend_for(rater=alice_rated, limit=1, algorithm="mean").algorithm == "mean"
    served_model.choose_algorithm(rater=alice_rated, algorithm=None)
    assert recommend_for(rater=alice_rated, limit=1).algorithm == "hybrid"


def test_a_choice_that_is_no_longer_in_service_falls_back_to_the_default(alice_rated: Rater) -> None:
    served_model.choose_algorithm(rater=alice_rated, algorithm="als")
    ModelVersion.objects.filter(algorithm="als").update(state=ModelVersion.State.RETIRED)
    serving.clear()
    assert served_model.algorithm_of(alice_rated) is None
    assert recommend_for(rater=alice_rated, limit=1).algorithm == "hybrid"


def test_nobody_chooses_what_has_no_list_for_them(site: None, alice_rater: Rater) -> None:
    with pytest.raises(served_model.TooFewRatings):
        served_model.choose_algorithm(rater=alice_rater, algorithm="tag_ls")
    with pytest.raises(served_model.UnknownAlgorithm):
        served_model.choose_algorithm(rater=alice_rater, algorithm="oracle")
    assert not Preferences.objects.exists()


def test_a_choice_goes_with_its_user(alice_rated: Rater, alice: User) -> None:
    served_model.choose_algorithm(rater=alice_rated, algorithm="als")
    alice.delete()
    assert not Preferences.objects.exists()


def test_the_first_movies_are_well_known_and_come_in_named_groups(site: None, alice_rater: Rater) -> None:
    asked = onboarding.onboarding_for(rater=alice_rater)
    assert (asked.n_ratings, asked.enough) == (0, 5)
    assert 2 <= len(asked.groups) <= 12
    movies = [movie for group in asked.groups for movie in group.movies]
    assert len({movie.pk for movie in movies}) == len(movies)
    assert all(movie.rating_count > 0 for movie in movies)
    headings = [group.heading for group in asked.groups]
    assert len(set(headings)) == len(headings)
    assert any("Action" in heading or "Comedy" in heading for heading in headings)


def test_the_first_movies_are_found_once_per_model(
    site: None, alice_rater: Rater, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "CHECK_INTERVAL", 3600.0)
    first = onboarding.onboarding_for(rater=alice_rater)
    with django_assert_num_queries(2):  # movies, number of ratings
        assert onboarding.onboarding_for(rater=alice_rater).groups == first.groups


def test_it_counts_what_is_rated_already(site: None, alice_rater: Rater) -> None:
    ratings.rate(rater=alice_rater, movie=Movie.objects.get(pk=1), half_stars=8)
    assert onboarding.onboarding_for(rater=alice_rater).n_ratings == 1
