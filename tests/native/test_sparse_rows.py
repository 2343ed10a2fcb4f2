"""Weighted sums and entries of sparse rows equal their twins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from native.sparse_rows import entries, weighted_sum
from recommender.engine import reference


def matrix(seed, n_rows=9, n_columns=14):
    rng = np.random.default_rng(seed)
    dense = rng.standard_normal((n_rows, n_columns)) * (rng.random((n_rows, n_columns)) < 0.4)
    return csr_array(dense.astype(np.float32))


@given(st.integers(0, 1000), st.lists(st.integers(0, 8), max_size=12), st.sampled_from([np.int32, np.int64]))
def test_it_equals_its_twin(seed, rows, index_type):
    of_seed = matrix(seed)
    parts = of_seed.indptr.astype(index_type), of_seed.indices.astype(index_type), of_seed.data
    rows = np.array(rows, dtype=np.int32)
    weights = np.random.default_rng(seed).standard_normal(rows.size).astype(np.float32)
    found = weighted_sum(*parts, rows, weights, 14)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, reference.weighted_sum(*parts, rows, weights, 14), atol=1e-5)
    np.testing.assert_allclose(found, weights @ of_seed.toarray()[rows], atol=1e-5)


def test_it_reads_what_must_not_be_written():
    of_seed = matrix(0)
    parts = of_seed.indptr, of_seed.indices, of_seed.data
    for part in parts:
        part.setflags(write=False)
    assert weighted_sum(*parts, np.array([1], np.int32), np.ones(1, np.float32), 14).any()


def test_it_refuses_what_does_not_fit():
    of_seed = matrix(0)
    parts, one = (of_seed.indptr, of_seed.indices, of_seed.data), np.ones(1, np.float32)
    for row in (-1, 9):
        with pytest.raises(ValueError, match=f"Row {row} is not below 9"):
            weighted_sum(*parts, np.array([row], np.int32), one, 14)
    with pytest.raises(ValueError, match="is not below 1"):
        weighted_sum(*parts, np.array([0], np.int32), one, 1)
    with pytest.raises(ValueError, match="must fit each other"):
        weighted_sum(*parts, np.array([0, 1], np.int32), one, 14)
    with pytest.raises(ValueError, match="must fit each other"):
        weighted_sum(parts[0], parts[1][:-1], parts[2][:-1], np.array([0], np.int32), one, 14)


@given(
    st.integers(0, 1000),
    st.lists(st.integers(0, 8), max_size=12),
    st.sets(st.integers(0, 99)),
    st.sampled_from([np.int32, np.int64]),
)
def test_entries_equal_their_twin(seed, rows, columns, index_type):
    of_seed = matrix(seed, n_columns=100)
    parts = of_seed.indptr.astype(index_type), of_seed.indices.astype(index_type), of_seed.data
    rows, columns = np.array(rows, dtype=np.int32), np.array(sorted(columns), dtype=np.int32)
    found = entries(*parts, rows, columns)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, reference.entries(*parts, rows, columns))
    np.testing.assert_array_equal(found, of_seed.toarray()[rows][:, columns])


def test_entries_are_read_from_what_must_not_be_written():
    of_seed = matrix(0)
    parts = of_seed.indptr, of_seed.indices, of_seed.data
    for part in parts:
        part.setflags(write=False)
    assert entries(*parts, np.arange(9, dtype=np.int32), np.array([3], np.int32)).any()


def test_entries_of_what_does_not_fit_are_refused():
    of_seed = matrix(0)
    parts, column = (of_seed.indptr, of_seed.indices, of_seed.data), np.zeros(1, np.int32)
    for row in (-1, 9):
        with pytest.raises(ValueError, match=f"Row {row} is not below 9"):
            entries(*parts, np.array([row], np.int32), column)
    with pytest.raises(ValueError, match="must fit each other"):
        entries(parts[0], parts[1][:-1], parts[2][:-1], np.array([0], np.int32), column)
