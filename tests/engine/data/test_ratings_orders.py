"""Ratings in any order give the same matrix, in both of its orders."""

import numpy as np
import pytest

from recommender.engine.data.ratings import RatingMatrix

FIELDS = ("rater_ids", "movie_ids", "rater_indptr", "movie_indices", "half_stars", "movie_indptr", "rater_indices")


@pytest.mark.parametrize("seed", range(5))
def test_it_does_not_matter_in_which_order_ratings_come(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = np.sort(rng.choice(30 * 20, size=200, replace=False))
    raters, movies = cells // 20 * 3 + 1, cells % 20 * 2 + 5
    stars, times = rng.integers(1, 11, size=200), rng.integers(0, 10**9, size=200)
    catalogue = np.arange(50)
    ordered = RatingMatrix.from_triples(raters, movies, stars, times, catalogue=catalogue)
    mixed = rng.permutation(200)
    other = RatingMatrix.from_triples(raters[mixed], movies[mixed], stars[mixed], times[mixed], catalogue=catalogue)
    for name in (*FIELDS, "half_stars_by_movie", "rated_at"):
        np.testing.assert_array_equal(getattr(ordered, name), getattr(other, name))
        assert getattr(ordered, name).dtype == getattr(other, name).dtype
    by_movie = np.lexsort((raters, movies))
    np.testing.assert_array_equal(ordered.rater_ids[ordered.rater_indices], raters[by_movie])
    np.testing.assert_array_equal(ordered.half_stars_by_movie, stars[by_movie])
    np.testing.assert_array_equal(ordered.half_stars, stars)
    assert (ordered.half_stars.dtype, ordered.rater_indices.dtype, ordered.movie_indptr.dtype) == ("i1", "i4", "i8")
