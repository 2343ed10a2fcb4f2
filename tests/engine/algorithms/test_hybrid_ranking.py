"""What the hybrid ranks by: who watches what, times how good it would be for the user."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from recommender.engine.algorithms.hybrid.hybrid import Hybrid
from recommender.engine.algorithms.hybrid.model import FACTORS_WEIGHT
from recommender.engine.algorithms.hybrid.ranking import of_product, of_the_middle, value_of
from recommender.engine.algorithms.hybrid.watched import diagonal, fit_watched
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.model.opinions import is_disliked, middle_of
from recommender.engine.model.training import TrainingOptions
from tests.support.sample import sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
ALICE = np.array([0, 2, 4, 6, 1, 3], dtype=np.int32), np.array([9, 8, 10, 8, 3, 2], dtype=np.int8)
EVERY_MOVIE = np.arange(RATINGS.n_movies, dtype=np.int32)
half_stars = st.lists(st.integers(1, 10), max_size=12).map(lambda values: np.array(values, dtype=np.int8))


@pytest.fixture(scope="module")
def watched():
    return fit_watched(RATINGS, MovieFeatures.empty(RATINGS.movie_ids), 6, TrainingOptions(n_threads=2))


@pytest.fixture(scope="module")
def hybrid():
    return Hybrid(n_factors=8, n_latent=4, n_watched=6).fit(RATINGS, MOVIES)


def test_factors_are_a_fixed_point_of_alternating_least_squares(watched, monkeypatch):
    """The normal equations of iALS, written down for one movie at a time."""
    monkeypatch.setattr("recommender.engine.algorithms.hybrid.watched.N_EPOCHS", 300)
    found = fit_watched(RATINGS, MovieFeatures.empty(RATINGS.movie_ids), 3, TrainingOptions())
    rated = csr_array(
        (np.ones(RATINGS.n_ratings), RATINGS.movie_indices, RATINGS.rater_indptr),
        shape=(RATINGS.n_raters, RATINGS.n_movies),
    ).toarray()
    movies = found.factors.astype(float)
    raters = _normal_equations(rated, movies)
    np.testing.assert_allclose(_normal_equations(rated.T, raters), movies, atol=2e-3)


def _normal_equations(rows, factors, alpha=0.1, ridge=0.01):
    gram, n_factors = factors.T @ factors, factors.shape[1]
    solved = np.zeros((rows.shape[0], n_factors))
    for number, row in enumerate(rows):
        mine = factors[row > 0]
        left = mine.T @ mine + alpha * gram + ridge * (len(mine) + alpha * len(factors)) * np.eye(n_factors)
        solved[number] = np.linalg.solve(left, mine.sum(axis=0))
    return solved


def test_folding_in_solves_the_normal_equations(watched):
    rated, stars = ALICE
    profile = watched.fold_in(rated, stars)
    factors = watched.factors.astype(float)
    mine = factors[rated]
    left = mine.T @ mine + 0.1 * factors.T @ factors + 0.01 * (len(mine) + 0.1 * len(factors)) * np.eye(6)
    expected = np.linalg.solve(left, mine[~is_disliked(stars)].sum(axis=0))
    np.testing.assert_allclose(profile.weights, expected, rtol=1e-3, atol=1e-4)
    assert profile.bias == 0
    np.testing.assert_allclose(
        watched.contributions(profile, EVERY_MOVIE).sum(axis=1), watched.scores(profile), rtol=1e-3, atol=1e-4
    )


def test_it_does_not_depend_on_the_number_of_threads(watched):
    again = fit_watched(RATINGS, MovieFeatures.empty(RATINGS.movie_ids), 6, TrainingOptions(n_threads=1))
    np.testing.assert_array_equal(again.factors, watched.factors)
    np.testing.assert_array_equal(again.precision, watched.precision)


def test_movies_without_ratings_are_not_expected_to_be_watched():
    ratings = RATINGS.take(RATINGS.movie_indices != 5)
    found = fit_watched(ratings, MOVIES, 6, TrainingOptions())
    assert not found.factors[5].any()


def test_genres_place_movies():
    by_raters, with_genres = (
        fit_watched(RATINGS, movies, 6, TrainingOptions()).factors
        for movies in (MovieFeatures.empty(RATINGS.movie_ids), MOVIES)
    )
    assert not np.allclose(by_raters @ by_raters.T, with_genres @ with_genres.T, atol=1e-3)


def test_the_basis_is_diagonal_and_changes_no_product():
    factors = np.random.default_rng(4).standard_normal((9, 4)).astype(np.float32)
    turned, precision = diagonal(factors)
    np.testing.assert_allclose(turned @ turned.T, factors @ factors.T, atol=1e-5)
    gram = turned.T @ turned
    np.testing.assert_allclose(gram, np.diag(gram.diagonal()), atol=1e-5)
    np.testing.assert_allclose(precision, 0.1 * (gram.diagonal() + 0.01 * 9), rtol=1e-4)


def test_a_dislike_speaks_for_nothing_by_factors(watched):
    rated, stars = ALICE[0][:3], np.array([1, 9, 9], dtype=np.int8)
    added = watched.contributions(watched.fold_in(rated, stars), EVERY_MOVIE)
    np.testing.assert_array_equal(added[:, 0], 0)


def test_the_score_is_the_product_of_its_parts(hybrid):
    profile = hybrid.fold_in(*ALICE)
    likely = hybrid.item_weights.scores(*ALICE) + FACTORS_WEIGHT * hybrid.watched.scores(profile.watched)
    value = 3 + hybrid.predict(profile) - middle_of(ALICE[1])
    np.testing.assert_allclose(hybrid.scores(profile), likely * value, rtol=1e-5)


def test_a_model_from_before_ranks_by_weights_alone(hybrid):
    arrays = {name: array for name, array in hybrid.to_arrays().items() if not name.startswith("watched")}
    old = type(hybrid).from_arrays(arrays, {})
    np.testing.assert_array_equal(old.scores(old.fold_in(*ALICE)), old.item_weights.scores(*ALICE))


def test_models_from_before_there_were_movies_alike_keep_their_prior(hybrid):
    before = replace(hybrid.item_weights, alike=None)
    np.testing.assert_allclose(before.prior(4), before.popularity / 5, rtol=1e-6)
    np.testing.assert_allclose(hybrid.item_weights.prior(4), hybrid.item_weights.popularity * 3 / 7, rtol=1e-6)


def test_contributions_to_a_product_are_averages_over_all_orders():
    rng = np.random.default_rng(8)
    (a0, b0), (a, b) = rng.standard_normal((2, 1)), rng.standard_normal((2, 1, 4))
    added = np.zeros(4)
    orders = list(permutations(range(4)))
    for order in orders:
        left, right = a0[0], b0[0]
        for j in order:
            added[j] += (left + a[0, j]) * (right + b[0, j]) - left * right
            left, right = left + a[0, j], right + b[0, j]
    np.testing.assert_allclose(of_product(a, a0, b, b0)[0], added / len(orders))


@given(half_stars)
def test_what_ratings_add_through_the_middle_sums_to_it(mine):
    without = value_of(np.zeros(1), np.zeros(0, dtype=np.int8))
    np.testing.assert_allclose(without + of_the_middle(mine).sum(), value_of(np.zeros(1), mine), atol=1e-12)
