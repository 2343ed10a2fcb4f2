"""Features of the hybrid's kernel, and the few factors that approximate it."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from recommender.engine.algorithms.hybrid.kernel_features import (
    leading_factors,
    tag_features,
    unit_rows,
    watched_features,
)
from tests.support.sample import movies_of, ratings_of, sample_movies, sample_ratings

RATINGS = sample_ratings(share_rated=0.5)
MOVIES = sample_movies(RATINGS)


def leading(features, n_factors, n_ratings=None):
    rated = np.ones(features.shape[0], dtype=np.int64) if n_ratings is None else n_ratings
    *_, last = leading_factors(csr_array(features.astype(np.float32)), rated, n_factors, seed=0)
    return last


def test_factors_and_rest_are_the_kernel():
    features = np.random.default_rng(0).standard_normal((30, 12))
    factors, rest = leading(features, 12)
    np.testing.assert_allclose(factors @ factors.T, features @ features.T, atol=1e-3)
    np.testing.assert_allclose(rest, 0, atol=1e-3)


def test_the_rest_is_what_few_factors_leave_of_the_diagonal():
    features = np.random.default_rng(1).standard_normal((60, 40)) * np.geomspace(3, 0.01, 40)
    factors, rest = leading(features, 6)
    np.testing.assert_allclose((factors**2).sum(axis=1) + rest, (features**2).sum(axis=1), rtol=1e-4)
    left, values, _ = np.linalg.svd(features, full_matrices=False)
    best = (left[:, :6] * values[:6] ** 2) @ left[:, :6].T
    np.testing.assert_allclose(factors @ factors.T, best, atol=1e-2 * best.max())


def test_more_factors_than_directions_stay_zero():
    factors, _ = leading(np.ones((5, 2)), 8)
    assert factors.shape == (5, 8)
    np.testing.assert_allclose(factors @ factors.T, 2 * np.ones((5, 5)), atol=1e-4)


def test_factors_are_best_where_the_ratings_are():
    rng = np.random.default_rng(2)
    features = np.zeros((40, 30))
    features[:10, :15], features[10:, 15:] = rng.standard_normal((10, 15)), rng.standard_normal((30, 15))
    by_movies = leading(features, 10)[1]
    by_ratings = leading(features, 10, n_ratings=np.repeat([1000, 1], [10, 30]))[1]
    np.testing.assert_allclose(by_ratings[:10], 0, atol=1e-2)
    assert by_movies[:10].mean() > 1


def test_movies_without_ratings_get_factors_too():
    features = np.random.default_rng(3).standard_normal((30, 8))
    factors, rest = leading(features, 8, n_ratings=np.repeat([5, 0], 15))
    np.testing.assert_allclose(factors @ factors.T, features @ features.T, atol=1e-3)
    np.testing.assert_allclose(rest, 0, atol=1e-3)


def test_watched_features_are_the_cosine_of_raters_who_count_less_the_more_they_rate():
    ratings = ratings_of({"alice": {1: 5, 2: 5}, "bob": {2: 4, 3: 4, 4: 4}})
    kernel = (watched_features(ratings) @ watched_features(ratings).T).toarray()
    alice, bob = 1 / np.log(4), 1 / np.log(5)
    n_ratings = np.array([1, 2, 1, 1])
    trust = n_ratings / (n_ratings + 3)
    np.testing.assert_allclose(np.diag(kernel), trust)
    assert kernel[0, 1] == pytest.approx(np.sqrt(trust[0] * trust[1] * alice / (alice + bob)))
    assert kernel[0, 2] == 0


def test_tags_of_a_single_movie_join_nothing():
    movies = movies_of([1, 2, 3], [set()] * 3, [(1, 1, "slow"), (2, 2, "slow"), (1, 3, "odd")])
    kernel = (tag_features(movies) @ tag_features(movies).T).toarray()
    np.testing.assert_allclose(kernel, [[1, 1, 0], [1, 1, 0], [0, 0, 0]], atol=1e-6)


def test_unit_rows_leave_empty_rows_empty():
    np.testing.assert_allclose(unit_rows(csr_array([[3.0, 4.0], [0, 0]])).toarray(), [[0.6, 0.8], [0, 0]])
