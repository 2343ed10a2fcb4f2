"""The rating matrix in both orders."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.data.ratings import RatingMatrix

PAIRS = st.sets(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=40)


def matrix_of(pairs, **options):
    pairs = list(pairs)
    half_stars = [(7 * rater + 3 * movie) % 10 + 1 for rater, movie in pairs]
    times = [100 * rater + movie for rater, movie in pairs]
    raters, movies = [rater for rater, _ in pairs], [movie for _, movie in pairs]
    return RatingMatrix.from_triples(raters, movies, half_stars, times, **options)


@settings(deadline=None)
@given(PAIRS)
def test_it_holds_every_rating_by_rater_and_by_movie(pairs):
    ratings = matrix_of(pairs)
    by_rater = {
        (int(ratings.rater_ids[rater]), int(ratings.movie_ids[ratings.movie_indices[k]])): ratings.half_stars[k]
        for rater in range(ratings.n_raters)
        for k in range(ratings.rater_indptr[rater], ratings.rater_indptr[rater + 1])
    }
    by_movie = {
        (int(ratings.rater_ids[ratings.rater_indices[k]]), int(ratings.movie_ids[movie])): ratings.half_stars_by_movie[
            k
        ]
        for movie in range(ratings.n_movies)
        for k in range(ratings.movie_indptr[movie], ratings.movie_indptr[movie + 1])
    }
    assert by_rater == by_movie == {(r, m): (7 * r + 3 * m) % 10 + 1 for r, m in pairs}


@settings(deadline=None)
@given(PAIRS)
def test_it_sorts_within_raters_and_within_movies(pairs):
    ratings = matrix_of(pairs)
    rows = ratings.row_of_each_rating()
    assert (np.diff(rows.astype(int) * 100 + ratings.movie_indices) > 0).all()
    columns = np.repeat(np.arange(ratings.n_movies), ratings.movie_counts())
    assert (np.diff(columns * 100 + ratings.rater_indices) > 0).all()
    expected = 100 * ratings.rater_ids[rows] + ratings.movie_ids[ratings.movie_indices]
    np.testing.assert_array_equal(ratings.rated_at, expected)


def test_it_has_an_empty_column_for_a_movie_nobody_rated():
    ratings = matrix_of({(1, 2), (3, 4)}, catalogue=[4, 3, 2])
    np.testing.assert_array_equal(ratings.movie_ids, [2, 3, 4])
    np.testing.assert_array_equal(ratings.movie_counts(), [1, 0, 1])
    assert (ratings.n_raters, ratings.n_movies, ratings.n_ratings) == (2, 3, 2)


def test_it_takes_some_ratings_and_keeps_rows_and_columns():
    ratings = matrix_of({(1, 1), (1, 2), (2, 2)})
    taken = ratings.take(np.array([False, True, False]))
    np.testing.assert_array_equal(taken.rater_ids, ratings.rater_ids)
    np.testing.assert_array_equal(taken.movie_ids, ratings.movie_ids)
    np.testing.assert_array_equal(taken.rater_counts(), [1, 0])
    np.testing.assert_array_equal(taken.movie_indices, [1])
    np.testing.assert_array_equal(taken.rated_at, [102])


def test_it_rejects_half_stars_out_of_range():
    for half_stars in (0, 11):
        with pytest.raises(ValueError, match=r"half_stars must be 1\.\.10"):
            RatingMatrix.from_triples([1], [1], [half_stars])


def test_it_rejects_a_pair_rated_twice():
    with pytest.raises(ValueError, match="rated the same movie twice"):
        RatingMatrix.from_triples([1, 2, 1], [1, 1, 1], [5, 5, 6])


@pytest.mark.parametrize("catalogue", [[1, 2], []])
def test_it_rejects_a_movie_outside_the_catalogue(catalogue):
    with pytest.raises(ValueError, match="must be in the catalogue"):
        RatingMatrix.from_triples([1], [3], [5], catalogue=catalogue)
