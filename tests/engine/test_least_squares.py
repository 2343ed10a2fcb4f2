"""Sparse least squares: against NumPy's dense solution, and at the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array, random_array

from native.least_squares import multiply_normal, multiply_transposed
from recommender.engine.least_squares import cg_least_squares
from tests.native.sparse import seeds, unhurried


def random_system(seed: int, n_rows: int = 80, n_columns: int = 12) -> tuple[csr_array, np.ndarray]:
    rng = np.random.default_rng(seed)
    return random_array((n_rows, n_columns), density=0.3, format="csr", rng=rng), rng.standard_normal(n_rows)


@unhurried
@given(seed=seeds, n_threads=st.integers(1, 3))
def test_it_finds_the_least_squares_solution(seed: int, n_threads: int) -> None:
    A, b = random_system(seed)
    solution = cg_least_squares(A, b, tolerance=1e-12, n_threads=n_threads)
    expected = np.linalg.lstsq(A.toarray(), b, rcond=None)[0]
    np.testing.assert_allclose(solution.x, expected, atol=1e-5)
    assert solution.residual_norm == pytest.approx(np.linalg.norm(A @ solution.x - b), rel=1e-6)


@unhurried
@given(seed=seeds, n_threads=st.integers(1, 5), dtype=st.sampled_from([np.float32, np.float64]))
def test_its_products_are_those_of_the_matrix(seed: int, n_threads: int, dtype: type) -> None:
    A, b = random_system(seed)
    A = A.astype(dtype)
    x = np.random.default_rng(seed).standard_normal(12)
    arrays = A.indptr.astype(np.int64), A.indices, A.data
    product, squares = multiply_normal(*arrays, x, n_threads=n_threads)
    exact = A.astype(np.float64)
    np.testing.assert_allclose(product, exact.T @ (exact @ x), atol=1e-10)
    assert squares == pytest.approx(np.square(exact @ x).sum())
    np.testing.assert_allclose(multiply_transposed(*arrays, b, 12, n_threads=n_threads), exact.T @ b, atol=1e-10)


def test_it_gives_the_same_bytes_for_the_same_number_of_threads() -> None:
    A, b = random_system(1)
    assert cg_least_squares(A, b, n_threads=2).x.tobytes() == cg_least_squares(A, b, n_threads=2).x.tobytes()


def test_it_gives_zero_for_a_right_side_of_zero() -> None:
    A, b = random_system(2)
    solution = cg_least_squares(A, 0 * b)
    assert not solution.x.any()
    assert solution.n_iterations == 0


def test_it_stays_finite_when_columns_depend_on_each_other() -> None:
    A, b = random_system(3)
    twice = csr_array(np.hstack([A.toarray(), A.toarray()]))
    solution = cg_least_squares(twice, b, tolerance=1e-12)
    assert solution.residual_norm == pytest.approx(cg_least_squares(A, b, tolerance=1e-12).residual_norm)


def test_it_stops_when_the_progress_callback_raises() -> None:
    A, b = random_system(4)

    def cancel(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cg_least_squares(A, b, on_progress=cancel)


def test_it_refuses_a_right_side_that_does_not_fit() -> None:
    A, b = random_system(5)
    with pytest.raises(ValueError, match="80 rows"):
        cg_least_squares(A, b[:-1])
    with pytest.raises(ValueError, match="finite"):
        cg_least_squares(A, np.full(80, np.nan))
