"""Metrics against their definitions, one user at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.evaluation.intervals import bootstrap_ratios, jackknife_interval, percentile_interval
from recommender.engine.evaluation.metrics import (
    gain_sums,
    ideal_gains,
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


def gain_metrics(listed, held_out, mean):
    """Regret@10, hit stars@20 and signed nDCG@10 of one user; `listed` has None where nothing was held out."""
    stars = np.full((1, 20), np.nan)
    stars[0, : len(listed)] = [np.nan if each is None else each for each in listed]
    ideal = ideal_gains(np.array([0, len(held_out)]), np.array(held_out, dtype=np.float64) - mean)
    top, bottom = gain_sums(stars, np.array([mean]), ideal)
    return tuple(np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), np.nan)[0])


def test_regret_hit_stars_and_signed_ndcg_by_hand():
    """Mean 3.5: 5★ gains 1.5, 2★ loses 1.5, 4★ gains 0.5; the 1★ that is not listed costs nothing."""
    regret, hit_stars, signed = gain_metrics([5, None, 2, 4], held_out=[1, 2, 4, 5], mean=3.5)
    assert regret == pytest.approx(1 / 3)
    assert hit_stars == pytest.approx((1.5 - 1.5 + 0.5) / 3)
    dcg = 1.5 / np.log2(2) - 1.5 / np.log2(4) + 0.5 / np.log2(5)
    assert signed == pytest.approx(dcg / (1.5 / np.log2(2) + 0.5 / np.log2(3)))


@pytest.mark.parametrize(
    ("stars", "mean", "disliked"),
    [(2.5, 2.0, 1), (3.0, 2.0, 0), (3.0, 4.0, 0), (3.0, 4.5, 1), (3.5, 4.5, 0), (3.5, 4.6, 1)],
)
def test_a_dislike_is_2_5_stars_or_more_than_one_star_below_the_mean(stars, mean, disliked):
    assert gain_metrics([stars], held_out=[stars], mean=mean)[0] == disliked


def test_regret_looks_at_the_first_10_and_hit_stars_at_the_first_20():
    regret, hit_stars, signed = gain_metrics([4, *[None] * 9, 1], held_out=[4, 1], mean=3)
    assert (regret, hit_stars, signed) == (0, pytest.approx((1 - 2) / 2), pytest.approx(1))


def test_signed_ndcg_falls_below_0_where_dislikes_weigh_more():
    assert gain_metrics([1, 4], held_out=[1, 4], mean=3)[2] == pytest.approx((-2 + 1 / np.log2(3)) / 1)


def test_users_without_a_hit_or_without_a_positive_gain_are_left_out():
    assert np.isnan(gain_metrics([None, None], held_out=[2], mean=3)).all()
    regret, hit_stars, signed = gain_metrics([2, 3], held_out=[2, 3], mean=3)
    assert (regret, hit_stars) == (0.5, -0.5)
    assert np.isnan(signed)


def readable(listed, held_out, mean):
    """Return what `gain_metrics` returns, by the definitions, one movie at a time."""
    first_10, first_20 = ([stars for stars in listed[:n] if stars is not None] for n in (10, 20))
    regret = np.mean([stars <= 2.5 or stars < mean - 1 for stars in first_10]) if first_10 else np.nan
    hit_stars = np.mean(first_20) - mean if first_20 else np.nan
    liked = sorted((stars - mean for stars in held_out if stars > mean), reverse=True)
    ideal = sum(gain / np.log2(place + 1) for place, gain in enumerate(liked[:10], start=1))
    dcg = sum((s - mean) / np.log2(place + 1) for place, s in enumerate(listed[:10], start=1) if s is not None)
    return regret, hit_stars, dcg / ideal if ideal else np.nan


STARS = st.integers(1, 10).map(lambda half: half / 2)


@settings(deadline=None)
@given(st.lists(st.none() | STARS, max_size=20), st.lists(STARS, max_size=20), st.integers(8, 80).map(lambda n: n / 16))
def test_gain_metrics_are_those_of_the_definitions(listed, elsewhere, mean):
    held_out = elsewhere + [stars for stars in listed if stars is not None]
    found, expected = gain_metrics(listed, held_out, mean), readable(listed, held_out, mean)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert not found[2] > 1 + 1e-12


def test_ideal_gains_stay_with_their_users():
    ideal = ideal_gains(np.array([0, 2, 2, 3, 5]), np.array([0.5, 1.0, -1.0, 2.0, -3.0]))
    np.testing.assert_allclose(ideal, [1 + 0.5 / np.log2(3), 0, 0, 2])


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
