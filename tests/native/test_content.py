"""Similarity by sparse features: the kernel against dense rows of scores, to the last bit."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from native.content import alike
from recommender.engine import reference
from tests.native.sparse import random_csr, seeds, unhurried

N_MOVIES, N_FEATURES, N_NEAR = 30, 12, 6


def random_movies(seed: int) -> dict[str, Any]:
    """Few different values, so that scores tie; some movies have no feature, some nothing near."""
    rng = np.random.default_rng(seed)

    def matrix(n_rows: int, n_columns: int) -> tuple[Any, Any, Any]:
        indptr, indices = random_csr(rng, n_rows, n_columns, rng.random())
        return indptr, indices, rng.choice([0.5, 1.0, 0.1, -0.3], indices.size)

    near = np.argsort(rng.random((N_MOVIES, N_MOVIES)), axis=1)[:, :N_NEAR].astype(np.int32)
    near[rng.random(near.shape) < 0.3] = -1
    return {
        "movie_rows": matrix(N_MOVIES, N_FEATURES),
        "feature_rows": matrix(N_FEATURES, N_MOVIES),
        "near": near,
        "near_scores": rng.choice([0.1, 0.25, 0.6], near.shape).astype(np.float32),
    }


WHOLE = {"n": 5, "first_movie": 0, "last_movie": N_MOVIES}


@unhurried
@given(seed=seeds)
def test_it_equals_its_twin_to_the_last_bit(seed: int) -> None:
    movies = random_movies(seed)
    found, expected = alike(**movies, **WHOLE, n_threads=2), reference.alike(**movies, **WHOLE)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


def test_it_gives_a_range_of_movies_what_the_whole_gives_them() -> None:
    movies = random_movies(1)
    neighbours, scores = alike(**movies, **WHOLE)
    assert (neighbours[7:15] >= 0).any()
    part = movies | {"near": movies["near"][7:15], "near_scores": movies["near_scores"][7:15]}
    found = alike(**part, n=5, first_movie=7, last_movie=15)
    np.testing.assert_array_equal(found[0], neighbours[7:15])
    np.testing.assert_array_equal(found[1], scores[7:15])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 0}, "n must be"),
        ({"last_movie": 31}, "0:31"),
        ({"near": np.zeros((3, N_NEAR), dtype=np.int32)}, "a row per movie"),
        ({"near": np.full((N_MOVIES, N_NEAR), N_MOVIES, dtype=np.int32)}, "near has movie 30"),
        ({"movie_rows": (np.zeros(31, dtype=np.int64), np.zeros(2, dtype=np.int32), np.zeros(2))}, "movie_rows is not"),
        ({"feature_rows": (np.array([0, 1]), np.array([99], dtype=np.int32), np.ones(1))}, "outside its"),
    ],
)
def test_it_refuses_arguments_that_do_not_fit(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        alike(**random_movies(3) | WHOLE | change)
