"""Intervals and ranks mean what they say."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.engine.algorithms.als import ALS
from recommender.engine.algorithms.baselines import Mean, Median
from recommender.engine.algorithms.ease.ease import EASE
from recommender.engine.algorithms.hybrid.hybrid import Hybrid
from recommender.engine.lists.ranks import rank_of, without
from recommender.engine.model.model import top_n
from recommender.engine.model.training import TrainingOptions
from recommender.engine.model.widths import Widths
from tests.support.sample import sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
ALICE = np.array([0, 1, 2, 3, 4, 5, 6, 12, 30, 44], dtype=np.int32), np.array([9, 3, 8, 2, 10, 4, 8, 9, 8, 9], np.int8)
EVERY_MOVIE = np.arange(RATINGS.n_movies, dtype=np.int32)
RIDGE = {"mean": Mean(), "als": ALS(n_factors=8), "ease": EASE(), "hybrid": Hybrid(n_factors=16)}


@pytest.fixture(scope="module", params=list(RIDGE))
def model(request):
    return RIDGE[request.param].fit(RATINGS, MOVIES, TrainingOptions(seed=1))


def test_intervals_hold_the_prediction_and_narrow_with_ratings(model):
    few, many = model.fold_in(ALICE[0][:1], ALICE[1][:1]), model.fold_in(*ALICE)
    low, high = model.interval(many, EVERY_MOVIE)
    predicted = np.clip(model.predict(many), 0.5, 5)
    assert (low <= predicted).all()
    assert (predicted <= high).all()
    assert (low >= 0.5).all()
    assert (high <= 5).all()
    if not hasattr(model, "misfit"):  # the hybrid also asks how erratic the user is
        wide = model.interval(few, EVERY_MOVIE)
        inside = (wide[0] > 0.5) & (wide[1] < 5) & (low > 0.5) & (high < 5)
        assert inside.any()
        assert ((wide[1] - wide[0])[inside] > (high - low)[inside]).all()


def test_an_interval_is_the_noise_and_the_doubt_about_the_user():
    model = RIDGE["mean"].fit(RATINGS, MOVIES)
    model = replace(model, widths=Widths())
    low, high = model.interval(model.fold_in(*ALICE), EVERY_MOVIE)
    variance = model.item_features.noise * (1 + 1 / (10 + model.item_features.bias_precision))
    inside = (low > 0.5) & (high < 5)
    np.testing.assert_allclose((high - low)[inside] / 2, 1.2816 * np.sqrt(variance), rtol=1e-4)


def test_a_median_has_no_interval():
    model = Median().fit(RATINGS, MOVIES)
    assert model.interval(model.fold_in(*ALICE), EVERY_MOVIE) is None


def test_the_rank_is_the_place_in_the_list(model):
    profile = model.fold_in(*ALICE)
    scores, listed = model.scores(profile), model.recommend(profile, n=1000)
    assert [rank_of(scores, movie, profile.movie_indices) for movie in listed] == list(range(1, listed.size + 1))


def test_of_equal_scores_the_first_movie_ranks_first():
    scores = np.array([1, 3, 3, 3, 2], dtype=np.float32)
    left_out = np.array([1], dtype=np.int32)
    listed = top_n(scores, n=5, rated=left_out).tolist()
    assert listed == [2, 3, 4, 0]
    assert [rank_of(scores, movie, left_out) for movie in listed] == [1, 2, 3, 4]


def test_leaving_a_rating_out_is_a_fit_without_it(model):
    left_out = without(model, model.fold_in(*ALICE), 3)
    again = model.fold_in(np.delete(ALICE[0], 3), np.delete(ALICE[1], 3))
    np.testing.assert_array_equal(model.scores(left_out), model.scores(again))
    assert 3 not in left_out.movie_indices
