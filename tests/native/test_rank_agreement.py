"""Rank agreement: the kernel against all pairs one by one, and the check value of its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.evaluation import rank_agreement
from recommender.engine import reference
from tests.native.sparse import seeds, unhurried


def test_it_counts_a_tie_as_wrong() -> None:
    truth = np.array([5, 5, 5, 4, 4, 4], dtype=np.float32)
    predicted = np.array([5, 5, 4, 4, 4, 4], dtype=np.float32)
    assert rank_agreement(np.array([0, 6]), truth, predicted)[0] == pytest.approx(6 / 9)


@unhurried
@given(seed=seeds, n_levels=st.integers(1, 30))
def test_it_equals_all_pairs_one_by_one(seed: int, n_levels: int) -> None:
    rng = np.random.default_rng(seed)
    indptr = np.concatenate([[0], np.cumsum(rng.integers(0, 40, 12))]).astype(np.int64)
    truth = rng.integers(1, 11, indptr[-1]).astype(np.int8)
    predicted = rng.integers(0, n_levels, indptr[-1]).astype(np.float32)
    np.testing.assert_array_equal(
        rank_agreement(indptr, truth, predicted, n_threads=2), reference.rank_agreement(indptr, truth, predicted)
    )


@pytest.mark.parametrize("truth", [[], [4], [3, 3, 3]])
def test_it_has_no_figure_without_two_different_ratings(truth: list[int]) -> None:
    predicted = np.arange(len(truth), dtype=np.float64)
    assert np.isnan(rank_agreement(np.array([0, len(truth)]), np.array(truth, dtype=np.int8), predicted)).all()


def test_it_is_one_when_every_pair_is_in_order_and_zero_when_none_is() -> None:
    truth = np.array([1, 2, 3, 10, 1, 2, 3, 10], dtype=np.int8)
    predicted = np.array([0.1, 0.2, 0.3, 0.4, 4, 3, 2, 1])
    np.testing.assert_array_equal(rank_agreement(np.array([0, 4, 8]), truth, predicted), [1, 0])


def test_it_refuses_arrays_of_different_length() -> None:
    with pytest.raises(ValueError, match="truth has 2"):
        rank_agreement(np.array([0, 2]), np.ones(2, dtype=np.int8), np.ones(3))
