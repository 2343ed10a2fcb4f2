"""Rows times normal equations: the kernel against its NumPy twin, and at the edges."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.normal_equations import solve_rows
from recommender.engine import reference
from recommender.engine.data.types import Float32
from tests.native.sparse import random_csr, seeds, unhurried


def random_problem(seed: int, n_factors: int, n_rows: int = 23, density: float = 0.4) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    indptr, indices = random_csr(rng, n_rows, 31, density)
    return {
        "indptr": indptr,
        "indices": indices,
        "values": rng.integers(1, 11, indices.size).astype(np.int8),
        "factors": rng.standard_normal((31, n_factors)).astype(np.float32),
        "offsets": rng.standard_normal(31).astype(np.float32),
        "precision": rng.uniform(0.5, 2, n_factors).astype(np.float32),
        "precision_per_rating": 0.1,
    }


def solve(problem: dict[str, Any], biases: Float32 | None = None, **options: Any) -> tuple[Float32, Float32]:
    n_rows = problem["indptr"].size - 1
    weights = np.full((n_rows, problem["factors"].shape[1]), np.nan, dtype=np.float32)
    out_biases = np.full(n_rows, np.nan, dtype=np.float32) if biases is None else biases.copy()
    solve_rows(**problem, out_weights=weights, out_biases=out_biases, fit_bias=biases is None, **options)
    return weights, out_biases


@unhurried
@given(seed=seeds, n_factors=st.integers(1, 70), density=st.floats(0, 1))
def test_it_equals_its_twin_with_a_bias(seed: int, n_factors: int, density: float) -> None:
    problem = random_problem(seed, n_factors, density=density)
    options = {"scale": 0.5, "shift": -3.5, "bias_precision": 2.0}
    weights, biases = solve(problem, **options)
    expected_weights, expected_biases = reference.solve_rows(**problem, **options)
    np.testing.assert_allclose(weights, expected_weights, atol=2e-4)
    np.testing.assert_allclose(biases, expected_biases, atol=2e-4)


@unhurried
@given(seed=seeds, n_factors=st.integers(1, 20))
def test_it_equals_its_twin_with_given_biases(seed: int, n_factors: int) -> None:
    problem = random_problem(seed, n_factors)
    problem["values"] = problem["values"].astype(np.float32)
    given_biases = np.random.default_rng(seed).standard_normal(23).astype(np.float32)
    weights, biases = solve(problem, given_biases)
    expected, _ = reference.solve_rows(**problem, biases=given_biases)
    np.testing.assert_allclose(weights, expected, atol=2e-4)
    np.testing.assert_array_equal(biases, given_biases)


def test_it_fits_rows_longer_than_a_tile() -> None:
    rng = np.random.default_rng(0)
    problem = random_problem(0, 20)
    problem["indptr"] = np.array([0, 1000, 1000, 1065])
    problem["indices"] = rng.integers(0, 31, 1065).astype(np.int32)
    problem["values"] = rng.integers(1, 11, 1065).astype(np.int8)
    weights, biases = solve(problem)
    expected_weights, expected_biases = reference.solve_rows(**problem)
    np.testing.assert_allclose(weights, expected_weights, atol=1e-3)
    np.testing.assert_allclose(biases, expected_biases, atol=1e-3)


@pytest.mark.parametrize("n_factors", [3, 16, 64])
def test_it_gives_the_same_bytes_on_any_number_of_threads(n_factors: int) -> None:
    problem = random_problem(1, n_factors, n_rows=500)
    one, two = solve(problem, n_threads=1), solve(problem, n_threads=3)
    assert one[0].tobytes() == two[0].tobytes()
    assert one[1].tobytes() == two[1].tobytes()


def test_it_writes_only_the_rows_asked_for() -> None:
    problem = random_problem(2, 5)
    weights, biases = solve(problem, first_row=7, last_row=11)
    whole_weights, whole_biases = solve(problem)
    written = np.flatnonzero(~np.isnan(biases))
    np.testing.assert_array_equal(written, [7, 8, 9, 10])
    np.testing.assert_array_equal(weights[7:11], whole_weights[7:11])
    np.testing.assert_array_equal(biases[7:11], whole_biases[7:11])


def test_it_gives_an_empty_row_nothing() -> None:
    problem = random_problem(3, 4)
    problem |= {"precision": np.zeros(4, dtype=np.float32), "precision_per_rating": 0.0}
    weights, biases = solve(problem)
    assert not weights[0].any()
    assert biases[0] == 0


def test_it_solves_a_singular_system_without_the_dependent_column() -> None:
    problem = random_problem(4, 2)
    problem |= {"precision": np.zeros(2, dtype=np.float32), "precision_per_rating": 0.0}
    problem["factors"][:, 1] = 2 * problem["factors"][:, 0]
    weights, _ = solve(problem)
    expected, _ = reference.solve_rows(**problem)
    assert np.isfinite(weights).all()
    assert not weights[:, 1].any()
    np.testing.assert_allclose(weights, expected, rtol=1e-3, atol=1e-3)


def test_it_explains_all_equal_ratings_by_the_bias() -> None:
    problem = random_problem(5, 3)
    problem |= {"values": np.full_like(problem["values"], 8), "offsets": np.zeros(31, dtype=np.float32)}
    weights, biases = solve(problem, scale=0.5)
    np.testing.assert_allclose(biases[1], 4, atol=1e-5)
    np.testing.assert_allclose(weights[1], 0, atol=1e-5)


def test_it_reads_rows_of_factors_that_lie_apart() -> None:
    problem = random_problem(6, 5)
    wide = np.full((31, 16), np.nan, dtype=np.float32)
    wide[:, :5] = problem["factors"]
    np.testing.assert_array_equal(solve(problem | {"factors": wide[:, :5]})[0], solve(problem)[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": np.zeros(1, dtype=np.int8)}, "1 values"),
        ({"offsets": np.zeros(3, dtype=np.float32)}, "3 offsets"),
        ({"precision": np.zeros(9, dtype=np.float32)}, "must have 4 columns"),
        ({"factors": np.zeros((4, 31), dtype=np.float32).T}, "contiguous"),
        ({"first_row": 5, "last_row": 400}, "5:400"),
        ({"indices": np.full(10_000, 31, dtype=np.int32)}, "indices"),
    ],
)
def test_it_refuses_arrays_that_do_not_fit(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        solve(random_problem(7, 4) | change)


@pytest.mark.parametrize("column", [-1, 31])
def test_it_refuses_a_column_outside_the_matrix(column: int) -> None:
    problem = random_problem(8, 4)
    problem["indices"][3] = column
    with pytest.raises(ValueError, match="outside the 31 rows of factors"):
        solve(problem)
