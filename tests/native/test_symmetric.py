"""Gram matrices and sweeps of large symmetric matrices equal their twins, and run without Python's lock."""

import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from native.symmetric import gram_rows, sweep
from recommender.engine import reference


def sparse(seed, n_rows, n):
    rng = np.random.default_rng(seed)
    dense = rng.standard_normal((n_rows, n)) * (rng.random((n_rows, n)) < 0.4)
    return csr_array(dense.astype(np.float32))


def parts(rows):
    return [part for matrix in (rows, csr_array(rows.T)) for part in (matrix.indptr, matrix.indices, matrix.data)]


def definite(seed, n):
    rows = np.random.default_rng(seed).standard_normal((n + 3, n)).astype(np.float32)
    return rows.T @ rows + np.eye(n, dtype=np.float32)


@given(st.integers(0, 1000), st.integers(0, 12), st.integers(1, 40), st.data())
def test_a_gram_matrix_equals_its_twin(seed, n_rows, n, data):
    first = data.draw(st.integers(0, n))
    last = data.draw(st.integers(first, n))
    rows, out = sparse(seed, n_rows, n), np.full((n, n), np.nan, dtype=np.float32)
    gram_rows(*parts(rows), first, last, out)
    lower = np.tril_indices(n)
    found, expected = np.full((n, n), np.nan), np.full((n, n), np.nan)
    found[lower] = out[lower]
    expected[first:last] = reference.gram_rows(rows.toarray(), first, last)
    expected[np.triu_indices(n, 1)] = np.nan
    np.testing.assert_allclose(found, expected, atol=1e-4)


@given(st.integers(0, 1000), st.integers(1, 40), st.data())
def test_a_sweep_equals_its_twin(seed, n, data):
    first = data.draw(st.integers(0, n - 1))
    last = data.draw(st.integers(first + 1, n))
    matrix = definite(seed, n)
    expected = np.tril(reference.sweep(matrix, first, last))
    sweep(matrix, first, last)
    np.testing.assert_allclose(np.tril(matrix), expected, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("width", [64, 200, 700])
def test_sweeping_all_pivots_inverts_the_matrix_whatever_the_threads(width):
    n = 1100  # more than two tiles
    results = []
    for n_threads in (1, 2):
        matrix = definite(0, n)
        for start in range(0, n, width):
            sweep(matrix, start, min(start + width, n), n_threads=n_threads)
        results.append(np.tril(matrix))
    np.testing.assert_array_equal(*results)
    exact = np.linalg.inv(definite(0, n).astype(np.float64))
    np.testing.assert_allclose(results[0], -np.tril(exact), atol=2e-4 * np.abs(exact).max())


def test_another_thread_runs_during_a_sweep():
    """With the lock held, it could run once or twice around each of them."""
    matrix, n_beats, stop = np.eye(1500, dtype=np.float32), 0, threading.Event()

    def beat():
        nonlocal n_beats
        while not stop.is_set():
            n_beats += 1
            time.sleep(1e-4)

    beating = threading.Thread(target=beat)
    beating.start()
    try:
        for _ in range(40):
            before = n_beats
            sweep(matrix, 0, 1000)
            if n_beats > before + 5:
                return
            matrix = np.eye(1500, dtype=np.float32)
    finally:
        stop.set()
        beating.join()
    raise AssertionError("No other thread ran during any of 40 sweeps.")


def test_what_does_not_fit_is_refused():
    rows, out = sparse(0, 5, 7), np.zeros((7, 7), dtype=np.float32)
    fine = parts(rows)
    with pytest.raises(ValueError, match="must have 7 rows"):
        gram_rows(*fine, 0, 7, out[:, :6].copy())
    with pytest.raises(ValueError, match="not within the 7 rows"):
        gram_rows(*fine, 0, 8, out)
    with pytest.raises(ValueError, match="must fit each other"):
        gram_rows(*fine[:2], fine[2][:-1], *fine[3:], 0, 7, out)
    with pytest.raises(ValueError, match="not below 7"):
        gram_rows(fine[0], fine[1] + np.int32(7), *fine[2:], 0, 7, out)
    with pytest.raises(ValueError, match="must have 7 rows"):
        sweep(np.zeros((7, 8), dtype=np.float32), 0, 7)
    for first, last in ((-1, 3), (3, 3), (3, 8)):
        with pytest.raises(ValueError, match="not within the 7 rows"):
            sweep(out, first, last)


def test_a_matrix_that_is_not_positive_definite_is_refused():
    matrix = np.diag(np.array([1, 2, -1, 4], dtype=np.float32))
    with pytest.raises(ValueError, match="pivot 2 is not above 0"):
        sweep(matrix, 0, 4)
