"""Top-N with exclusions: the kernel against a stable sort."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.top_n import top_n
from recommender.engine import reference
from tests.native.sparse import random_csr, seeds, unhurried


@unhurried
@given(seed=seeds, n=st.integers(0, 40), n_levels=st.integers(1, 60))
def test_it_equals_a_stable_sort(seed: int, n: int, n_levels: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, n_levels, (11, 30)).astype(np.float32)
    scores[rng.random(scores.shape) < 0.1] = -np.inf
    indptr, indices = random_csr(rng, 11, 30, rng.random())
    np.testing.assert_array_equal(
        top_n(scores, n, indptr, indices, n_threads=2), reference.top_n(scores, n, indptr, indices)
    )


def test_it_prefers_the_lower_index_of_equal_scores() -> None:
    np.testing.assert_array_equal(top_n(np.ones((1, 6), dtype=np.float32), 3), [[0, 1, 2]])


def test_it_pads_where_too_few_are_left() -> None:
    excluded = np.array([0, 1, 3], dtype=np.int32)
    best = top_n(np.arange(4, dtype=np.float32)[None], 4, np.array([0, 3]), excluded)
    np.testing.assert_array_equal(best, [[2, -1, -1, -1]])


def test_it_never_returns_a_score_that_is_not_a_number() -> None:
    np.testing.assert_array_equal(top_n(np.array([[np.nan, 1, -np.inf]], dtype=np.float32), 3), [[1, -1, -1]])


def test_it_refuses_exclusions_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="2 entries"):
        top_n(np.ones((1, 3), dtype=np.float32), 1, np.array([0, 0, 0]), np.zeros(0, dtype=np.int32))
