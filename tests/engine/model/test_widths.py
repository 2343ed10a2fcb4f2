"""Widths of intervals hold 80 % of the deviations they were measured on, for all kinds of users and predictions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.model.widths import Widths

N = 20_000


def uneven(seed=0):
    """Return numbers of ratings, predictions, and deviations that are larger for few ratings and low predictions."""
    rng = np.random.default_rng(seed)
    n_ratings = rng.integers(1, 600, N)
    predicted = rng.uniform(1, 5, N)
    spread = (1 + 3 / np.sqrt(n_ratings)) * (2 - predicted / 5)
    return n_ratings, predicted, np.abs(rng.normal(0, spread))


def inside(widths, n_ratings, predicted, deviations):
    return deviations <= widths.for_count(n_ratings) * widths.for_stars(predicted)


def test_they_hold_80_percent_in_every_group_of_users_and_predictions():
    widths, (n_ratings, predicted, deviations) = Widths.measured(*uneven()), uneven(seed=1)
    held = inside(widths, n_ratings, predicted, deviations)
    for group in (n_ratings < 8, n_ratings > 300, predicted < 2, predicted > 4.5, predicted < 6):
        assert held[group].mean() == pytest.approx(0.8, abs=0.04)
    assert widths.for_count(2) > 1.5 * widths.for_count(500)
    assert widths.for_stars(1.5) > 1.3 * widths.for_stars(4.8)


def test_few_deviations_make_one_group():
    widths = Widths.measured(np.array([1, 400]), np.array([1.0, 5.0]), np.array([0.5, 0.5]))
    assert widths.by_count.shape == widths.by_stars.shape == (2, 1)
    assert widths.for_count(7) * widths.for_stars(3.0) == pytest.approx(0.5)


def test_without_deviations_they_are_those_of_the_normal_distribution():
    nothing = np.zeros(0)
    widths = Widths.measured(nothing.astype(int), nothing, nothing)
    assert widths.for_count(3) * widths.for_stars(3.0) == pytest.approx(1.2816)


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 900), seed=st.integers(0, 99))
def test_they_are_positive_and_their_groups_rise(n, seed):
    measured = Widths.measured(*(column[:n] for column in uneven(seed)))
    for groups in (measured.by_count, measured.by_stars):
        assert (groups[1] > 0).all()
        assert (np.diff(groups[0]) > 0).all()


def test_they_survive_saving():
    widths = Widths.measured(*uneven())
    loaded = Widths.from_arrays(widths.to_arrays())
    np.testing.assert_array_equal(loaded.by_count, widths.by_count)
    np.testing.assert_array_equal(loaded.by_stars, widths.by_stars)
