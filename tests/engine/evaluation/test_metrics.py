"""Metrics against their definitions, one user at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.evaluation.intervals import bootstrap_ratios, jackknife_interval, percentile_interval
from recommender.engine.evaluation.metrics import (
    list_sums,
    popular_movies,
    rater_segments,
    rating_sums,
    self_information,
)


def rating_metrics(stars, predicted):
    indptr = np.array([0, len(stars)], dtype=np.int64)
    top, bottom = rating_sums(indptr, np.array(stars, dtype=np.float64), np.array(predicted, dtype=np.float32))
    with np.errstate(invalid="ignore"):
        agreement, squared, absolute = (top / bottom)[0]
    return agreement, np.sqrt(squared), absolute


def list_metrics(hits, n_relevant):
    padded = np.zeros((1, 20), dtype=np.bool_)
    padded[0, : len(hits)] = hits
    top, bottom = list_sums(padded, np.array([n_relevant]))
    return tuple((top / bottom)[0])


def test_rank_agreement_of_the_worked_example():
    assert rating_metrics([5, 5, 5, 4, 4, 4], [5, 5, 4, 4, 4, 4])[0] == pytest.approx(6 / 9)


def test_a_tie_in_the_prediction_counts_as_wrong():
    assert rating_metrics([5, 4], [3, 3])[0] == 0
    assert rating_metrics([5, 4], [3.01, 3])[0] == 1


def test_rank_agreement_is_undefined_where_all_held_out_ratings_are_equal():
    assert np.isnan(rating_metrics([4, 4, 4], [1, 2, 3])[0])


def test_errors_are_measured_after_clipping_and_order_before():
    agreement, rmse, mae = rating_metrics([5, 4.5, 1], [9, 8, -3])
    assert agreement == 1
    assert rmse == pytest.approx(np.sqrt((0 + 0.25 + 0.25) / 3))
    assert mae == pytest.approx(1 / 3)


def test_sums_stay_with_their_users():
    indptr = np.array([0, 2, 2, 3], dtype=np.int64)
    top, bottom = rating_sums(indptr, np.array([5.0, 3.0, 4.0]), np.array([4, 3, 2], dtype=np.float32))
    np.testing.assert_allclose(top, [[1, 1, 1], [0, 0, 0], [0, 4, 2]])
    np.testing.assert_allclose(bottom, [[1, 2, 2], [0, 0, 0], [0, 1, 1]])


def test_ndcg_and_recall_by_hand():
    ndcg, recall = list_metrics([True, False, True], n_relevant=2)
    assert ndcg == pytest.approx((1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3)))
    assert recall == 1
    assert list_metrics([False] * 12 + [True], n_relevant=3) == (0, pytest.approx(1 / 3))


def test_recall_is_out_of_at_most_20():
    assert list_metrics([True] * 20, n_relevant=50) == (pytest.approx(1), 1)
    assert list_metrics([True] * 5, n_relevant=50)[1] == pytest.approx(5 / 20)


def test_users_without_a_relevant_movie_are_left_out():
    top, bottom = list_sums(np.zeros((2, 20), dtype=np.bool_), np.array([0, 1]))
    np.testing.assert_array_equal(bottom, [[0, 0], [1, 1]])
    np.testing.assert_array_equal(top, np.zeros((2, 2)))


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=20, max_size=20), st.integers(0, 40))
def test_list_metrics_stay_between_0_and_1(hits, further):
    n_relevant = sum(hits) + further
    if n_relevant:
        assert all(0 <= value <= 1 + 1e-12 for value in list_metrics(hits, n_relevant))


def test_novelty_is_0_for_what_everyone_has_rated():
    np.testing.assert_allclose(self_information(np.array([8, 4, 1, 0]), 8), [0, 1, 3, 3])


def test_the_popular_movies_are_the_fewest_with_half_of_the_ratings():
    np.testing.assert_array_equal(popular_movies(np.array([1, 5, 2, 0, 2])), [False, True, False, False, False])
    np.testing.assert_array_equal(popular_movies(np.array([4, 5, 1, 0, 2])), [True, True, False, False, False])


def test_raters_are_new_light_or_heavy():
    segments = rater_segments(np.array([1, 20, 21, 100, 101]))
    np.testing.assert_array_equal(segments["new"], [True, True, False, False, False])
    np.testing.assert_array_equal(segments["light"], [False, False, True, True, False])
    np.testing.assert_array_equal(segments["heavy"], [False, False, False, False, True])


def test_bootstrap_intervals_have_the_width_theory_gives():
    values = np.random.default_rng(0).normal(3.0, 1.0, size=(400, 1))
    replicates = bootstrap_ratios(values, np.ones_like(values), seed=1)
    interval = percentile_interval(float(values.mean()), replicates[:, 0])
    half_width = 1.96 * values.std() / np.sqrt(400)
    assert interval.mean - interval.low == pytest.approx(half_width, rel=0.1)
    assert interval.high - interval.mean == pytest.approx(half_width, rel=0.1)


def test_bootstrap_differences_are_paired():
    noise = np.random.default_rng(0).normal(size=(200, 1))
    both = np.hstack([noise, noise + 0.1])
    replicates = bootstrap_ratios(both, np.ones_like(both))
    np.testing.assert_allclose(replicates[:, 1] - replicates[:, 0], 0.1)
    assert replicates[:, 0].std() > 0.05


def test_bootstrap_gives_nan_where_nobody_is_counted():
    replicates = bootstrap_ratios(np.ones((5, 2)), np.array([[1.0, 0.0]] * 5), n_replicates=10)
    assert (replicates[:, 0] == 1).all()
    assert np.isnan(replicates[:, 1]).all()


def test_the_jackknife_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(0).normal(size=50)
    drops = values.mean() - (values.sum() - values) / 49
    interval = jackknife_interval(float(values.mean()), drops)
    assert interval.high - interval.mean == pytest.approx(1.96 * values.std(ddof=1) / np.sqrt(50), rel=1e-4)
