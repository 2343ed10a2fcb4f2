"""Median and damped mean."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.algorithms.baselines import Mean, Median, movie_medians
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from tests.support.sample import ratings_of, sample_ratings


def fit(algorithm, ratings):
    return algorithm.fit(ratings, MovieFeatures.empty(ratings.movie_ids))


@settings(deadline=None)
@given(st.lists(st.integers(1, 10), min_size=1, max_size=30))
def test_it_takes_the_median_of_the_stars(half_stars):
    ratings = RatingMatrix.from_triples(range(len(half_stars)), [7] * len(half_stars), half_stars)
    assert movie_medians(ratings)[0] == pytest.approx(np.median(half_stars) / 2)


def test_it_gives_an_unrated_movie_the_median_of_all_ratings():
    ratings = RatingMatrix.from_triples([1, 2, 3], [1, 1, 2], [4, 6, 10], catalogue=[1, 2, 3])
    np.testing.assert_allclose(movie_medians(ratings), [2.5, 5.0, 3.0])


def test_the_median_is_the_same_for_everyone():
    ratings = sample_ratings()
    model = fit(Median(), ratings)
    alice = model.fold_in(np.array([0, 1], dtype=np.int32), np.array([10, 10], dtype=np.int8))
    np.testing.assert_array_equal(model.predict(alice), movie_medians(ratings))


def test_the_mean_without_damping_is_exact_where_everyone_agrees_up_to_a_bias():
    ratings = ratings_of({"alice": {1: 4, 2: 3, 3: 2}, "bob": {1: 5, 2: 4, 3: 3}, "charlie": {1: 4.5, 2: 3.5, 3: 2.5}})
    model = fit(Mean(movie_damping=0, rater_damping=0), ratings)
    bob = model.fold_in(np.array([0, 1], dtype=np.int32), np.array([10, 8], dtype=np.int8))
    assert bob.bias == pytest.approx(0.5)
    assert model.predict(bob)[2] == pytest.approx(3.0, abs=1e-5)


def test_the_mean_pulls_a_movie_with_few_ratings_to_the_global_mean():
    rows = {f"rater {n}": {1: 5.0, 2: 1.0} for n in range(50)} | {"alice": {3: 5.0}}
    model = fit(Mean(movie_damping=5), ratings_of(rows))
    beloved, _, once = model.item_features.offsets
    assert beloved > 4.5
    assert 3.0 < once < 3.5


def test_the_mean_corrects_for_a_strict_rater():
    """Movie 3 is rated by the strict bob only, one star below what he gives others: it is not a bad movie."""
    rows = {"bob": {1: 2.0, 2: 2.0, 3: 2.0}, **{f"rater {n}": {1: 4.0, 2: 4.0} for n in range(10)}}
    raw = 2.0
    model = fit(Mean(movie_damping=0.1, rater_damping=0.1), ratings_of(rows))
    assert model.item_features.offsets[2] > raw + 1


def test_the_mean_adds_a_damped_bias_of_the_user():
    model = fit(Mean(rater_damping=5), sample_ratings())
    offset = float(model.item_features.offsets[0])
    alice = model.fold_in(np.array([0], dtype=np.int32), np.array([10], dtype=np.int8))
    assert alice.bias == pytest.approx((5.0 - offset) / (1 + 5), abs=1e-5)
