"""Co-rating similarity: the kernel against all pairs from a dense matrix, to the last bit."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.co_rating import pack_by_rater, similar_movies
from recommender.engine import reference
from recommender.engine.data.types import UInt64
from tests.native.sparse import random_csr, seeds, unhurried

N_MOVIES, N_RATERS = 24, 30


def random_ratings(seed: int, lowest: int, highest: int) -> dict[str, Any]:
    """Ratings by movie, with few genres and few different values, so that scores tie."""
    rng = np.random.default_rng(seed)
    indptr, indices = random_csr(rng, N_MOVIES, N_RATERS, rng.random())
    n_boosts = rng.integers(4, 20)
    return {
        "movie_indptr": indptr,
        "rater_indices": indices,
        "levels": rng.integers(lowest, highest + 1, indices.size).astype(np.int8),
        "genre_masks": rng.integers(0, 8, N_MOVIES).astype(np.uint64),
        "boost": 1 + np.sort(rng.random(n_boosts)),
        "co_occurrence": seed % 3 * rng.random(n_boosts),
    }


def compare(ratings: dict[str, Any], first: int = 0, last: int = N_MOVIES, **options: Any) -> tuple[Any, Any]:
    counts = np.diff(ratings["movie_indptr"])
    order = np.argsort(-counts, kind="stable").astype(np.int32)
    order = order[counts[order] >= options["min_common"]]
    by_movie = ratings["movie_indptr"], ratings["rater_indices"], ratings["levels"]
    packed = pack_by_rater(*by_movie, order, N_RATERS)
    return similar_movies(*packed, order, **ratings, first_movie=first, last_movie=last, **options)


OPTIONS = {"min_common": 3, "min_score": 0.3, "n_candidates": 8, "n": 4}


def assert_equal(left: tuple[Any, Any], right: tuple[Any, Any]) -> None:
    np.testing.assert_array_equal(left[0], right[0])
    np.testing.assert_array_equal(left[1], right[1])


@unhurried
@given(
    seed=seeds,
    levels=st.sampled_from([(1, 10), (4, 5), (-76, 76), (-1, 1)]),
    n_candidates=st.sampled_from([0, 4, 9, 40]),
)
def test_it_equals_its_twin_to_the_last_bit(seed: int, levels: tuple[int, int], n_candidates: int) -> None:
    ratings = random_ratings(seed, *levels)
    options = OPTIONS | {"n_candidates": n_candidates, "chance": seed % 4 / N_RATERS}
    assert_equal(compare(ratings, n_threads=2, **options), reference.similar_movies(**ratings, **options))


def test_it_gives_a_range_of_movies_what_the_whole_gives_them() -> None:
    ratings = random_ratings(1, 1, 10)
    neighbours, scores = compare(ratings, **OPTIONS)
    assert (neighbours[7:15] >= 0).any()
    assert_equal(compare(ratings, 7, 15, **OPTIONS), (neighbours[7:15], scores[7:15]))


def test_it_knows_the_cosine_of_its_definition() -> None:
    ratings: dict[str, Any] = {
        "movie_indptr": np.array([0, 4, 8]),
        "rater_indices": np.array([0, 1, 2, 3, 0, 1, 2, 4], dtype=np.int32),
        "levels": np.array([8, 10, 4, 1, 6, 8, 8, 10], dtype=np.int8),
        "genre_masks": np.array([3, 1], dtype=np.uint64),
        "boost": np.ones(4),
        "co_occurrence": np.zeros(4),
    }
    counts_packed = pack_by_rater(
        *(ratings[name] for name in ("movie_indptr", "rater_indices", "levels")), np.arange(2, dtype=np.int32), 5
    )
    neighbours, scores = similar_movies(
        *counts_packed, np.arange(2, dtype=np.int32), **ratings, first_movie=0, last_movie=2, **OPTIONS
    )
    np.testing.assert_array_equal(neighbours[:, 0], [1, 0])
    np.testing.assert_allclose(scores[:, 0], 40 / np.sqrt(45 * 41), rtol=1e-6)


def test_it_finds_nothing_without_common_raters_or_genres() -> None:
    ratings = random_ratings(2, 1, 10)
    apart: UInt64 = np.uint64(1) << np.arange(N_MOVIES, dtype=np.uint64)
    assert (compare(ratings | {"genre_masks": apart}, **OPTIONS)[0] == -1).all()
    nobody = {"movie_indptr": np.zeros(N_MOVIES + 1, dtype=np.int64), "rater_indices": np.zeros(0, dtype=np.int32)}
    assert (compare(ratings | nobody | {"levels": np.zeros(0, dtype=np.int8)}, **OPTIONS)[0] == -1).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"genre_masks": np.zeros(3, dtype=np.uint64)}, "3 genre masks"),
        ({"boost": np.ones(2)}, "boost"),
        ({"co_occurrence": np.ones(1)}, "1 weights of co-occurrence"),
        ({"n": 9}, "n must be"),
        ({"last": 99}, "0:99"),
        ({"movie_indptr": np.array([0] * N_MOVIES + [2**20])}, "ends at 1048576"),
    ],
)
def test_it_refuses_arguments_that_do_not_fit(change: dict[str, Any], message: str) -> None:
    ratings = random_ratings(3, 1, 10)
    arrays = {name: change[name] for name in change if name in ratings}
    with pytest.raises(ValueError, match=message):
        compare(ratings | arrays, last=change.get("last", N_MOVIES), **OPTIONS | {"n": change.get("n", 4)})


def test_it_refuses_levels_that_would_overflow_its_sums() -> None:
    n_raters = 2**18
    by_movie = np.array([0, n_raters]), np.arange(n_raters, dtype=np.int32), np.full(n_raters, 100, dtype=np.int8)
    order = np.zeros(1, dtype=np.int32)
    packed = pack_by_rater(*by_movie, order, n_raters)
    with pytest.raises(ValueError, match="32-bit"):
        similar_movies(
            *packed,
            order,
            *by_movie,
            np.ones(1, dtype=np.uint64),
            np.ones(4),
            np.zeros(4),
            first_movie=0,
            last_movie=1,
            **OPTIONS,
        )
