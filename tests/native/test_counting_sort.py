"""Counting sorts equal stable sorts, whatever the entries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native import counting_sort
from recommender.engine import reference

ENTRIES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9), st.integers(1, 10)), max_size=60)


def arrays(entries):
    table = np.array(entries, dtype=np.int64).reshape(-1, 3)
    return table[:, 0].astype(np.int32), table[:, 1].astype(np.int32), table[:, 2].astype(np.int8)


@given(ENTRIES)
def test_group_is_a_stable_sort(entries):
    major, minor, values = arrays(entries)
    found = counting_sort.group(major, minor, values, 7)
    for ours, twin in zip(found, reference.group(major, minor, values, 7), strict=True):
        np.testing.assert_array_equal(ours, twin)
        assert ours.dtype == twin.dtype


@given(ENTRIES)
def test_transposing_equals_its_twin_and_puts_rows_in_order(entries):
    by_row = counting_sort.group(*arrays(entries), 7)
    found = counting_sort.transpose(*by_row, 10)
    for ours, twin in zip(found, reference.transpose(*by_row, 10), strict=True):
        np.testing.assert_array_equal(ours, twin)
    indptr, rows, _ = found
    for column in range(10):
        assert (np.diff(rows[indptr[column] : indptr[column + 1]]) >= 0).all()


@pytest.mark.parametrize("index", [-1, 7])
def test_it_refuses_an_index_out_of_range(index):
    major, minor, values = np.array([index], np.int32), np.zeros(1, np.int32), np.ones(1, np.int8)
    with pytest.raises(ValueError, match=f"Index {index} is not below 7"):
        counting_sort.group(major, minor, values, 7)
    with pytest.raises(ValueError, match=f"Index {index} is not below 7"):
        counting_sort.transpose(np.array([0, 1]), major, values, 7)


def test_it_refuses_lengths_that_do_not_fit():
    with pytest.raises(ValueError, match="same length"):
        counting_sort.group(np.zeros(2, np.int32), np.zeros(1, np.int32), np.ones(2, np.int8), 3)
    with pytest.raises(ValueError, match="indptr must run"):
        counting_sort.transpose(np.array([0, 2]), np.zeros(1, np.int32), np.ones(1, np.int8), 3)
