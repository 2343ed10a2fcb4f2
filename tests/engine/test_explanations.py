"""Contributions sum to what they explain; intervals and ranks mean what they say."""

import numpy as np
import pytest

from recommender.engine.als import ALS
from recommender.engine.baselines import Mean, Median
from recommender.engine.ease import EASE
from recommender.engine.explanations import (
    interval,
    rank_of,
    ranking_contributions,
    ranks_by_ratings,
    rating_contributions,
    without,
)
from recommender.engine.hybrid import Hybrid
from recommender.engine.recommender import top_n
from recommender.engine.registry import ALGORITHMS, algorithm
from tests.engine.sample import sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
ALICE = np.array([0, 1, 2, 3, 4, 5, 6, 12, 30, 44], dtype=np.int32), np.array([9, 3, 8, 2, 10, 4, 8, 9, 8, 9], np.int8)
NOBODY = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int8)
EVERY_MOVIE = np.arange(RATINGS.n_movies, dtype=np.int32)
RIDGE = {"mean": Mean(), "als": ALS(n_factors=8), "ease": EASE(), "hybrid": Hybrid(n_factors=16)}


@pytest.fixture(scope="module", params=list(RIDGE))
def model(request):
    return RIDGE[request.param].fit(RATINGS, MOVIES, seed=1)


def score_without_ratings(model, n_ratings):
    """What a movie scores whatever the user's ratings are."""
    if hasattr(model, "item_weights"):
        return model.item_weights.popularity / (1 + n_ratings)
    return model.item_features.offsets + model.item_features.ranking_offsets


def test_contributions_sum_to_the_predicted_rating(model):
    profile = model.fold_in(*ALICE)
    added = rating_contributions(model, profile, EVERY_MOVIE)
    assert added.shape == (RATINGS.n_movies, 10)
    np.testing.assert_allclose(model.item_features.offsets + added.sum(axis=1), model.predict(profile), rtol=1e-4)


def test_contributions_sum_to_the_ranking_score(model):
    profile = model.fold_in(*ALICE)
    added = ranking_contributions(model, profile, EVERY_MOVIE)
    total = score_without_ratings(model, 10) + added.sum(axis=1)
    np.testing.assert_allclose(total, model.scores(profile), rtol=1e-4, atol=1e-6)


def test_many_movies_at_once_are_explained_as_one_by_one():
    hybrid = RIDGE["hybrid"].fit(RATINGS, MOVIES, seed=1)
    profile = hybrid.fold_in(*ALICE)
    for movie in (0, 17, 63):
        one = np.array([movie], dtype=np.int32)
        np.testing.assert_allclose(
            rating_contributions(hybrid, profile, one)[0], hybrid.contributions(profile, movie), rtol=1e-6, atol=1e-9
        )
        np.testing.assert_allclose(
            ranking_contributions(hybrid, profile, one)[0], hybrid.ranking_contributions(profile, movie), rtol=1e-6
        )


@pytest.mark.parametrize("name", [name for name in ALGORITHMS if name not in RIDGE])
def test_contributions_are_exact_or_not_given(name):
    model = algorithm(name).fit(RATINGS, MOVIES, seed=1)
    profile = model.fold_in(*ALICE)
    added = rating_contributions(model, profile, EVERY_MOVIE)
    if added is None:
        assert name in ("tag_count", "tag_ls")
        assert ranking_contributions(model, profile, EVERY_MOVIE) is None
        return
    total = model.item_features.offsets + added.sum(axis=1)
    np.testing.assert_allclose(total, model.predict(profile), rtol=1e-4, atol=1e-3)


def test_without_ratings_nothing_contributes(model):
    profile = model.fold_in(*NOBODY)
    assert rating_contributions(model, profile, EVERY_MOVIE).shape == (RATINGS.n_movies, 0)
    assert ranking_contributions(model, profile, EVERY_MOVIE).shape == (RATINGS.n_movies, 0)


def test_a_rating_that_changes_every_movie_alike_gives_no_reason(model):
    scores = [model.scores(model.fold_in(*ratings)) for ratings in (ALICE, NOBODY)]
    order_changes = not np.array_equal(*(np.argsort(-each, kind="stable") for each in scores))
    assert ranks_by_ratings(model) == order_changes


def test_intervals_hold_the_prediction_and_narrow_with_ratings(model):
    few, many = model.fold_in(ALICE[0][:1], ALICE[1][:1]), model.fold_in(*ALICE)
    low, high = interval(model, many, EVERY_MOVIE)
    predicted = np.clip(model.predict(many), 0.5, 5)
    assert (low <= predicted).all()
    assert (predicted <= high).all()
    assert (low >= 0.5).all()
    assert (high <= 5).all()
    if not hasattr(model, "misfit"):  # the hybrid also asks how erratic the user is
        wide = interval(model, few, EVERY_MOVIE)
        inside = (wide[0] > 0.5) & (wide[1] < 5) & (low > 0.5) & (high < 5)
        assert inside.any()
        assert ((wide[1] - wide[0])[inside] > (high - low)[inside]).all()


def test_an_interval_is_the_noise_and_the_doubt_about_the_user():
    model = RIDGE["mean"].fit(RATINGS, MOVIES)
    low, high = interval(model, model.fold_in(*ALICE), EVERY_MOVIE)
    variance = model.item_features.noise * (1 + 1 / (10 + model.item_features.bias_precision))
    inside = (low > 0.5) & (high < 5)
    np.testing.assert_allclose((high - low)[inside] / 2, 1.2816 * np.sqrt(variance), rtol=1e-4)


def test_a_median_has_no_interval():
    model = Median().fit(RATINGS, MOVIES)
    assert interval(model, model.fold_in(*ALICE), EVERY_MOVIE) is None


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
