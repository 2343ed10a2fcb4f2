"""The linear model behind every algorithm: fold-in, prediction, singular systems."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from recommender.engine.model.item_features import ItemFeatures, UserProfile, indices_of

MOVIE_IDS = np.array([10, 20, 30, 40], dtype=np.int32)
FACTORS = np.array([[1, 0], [0, 1], [1, 1], [0, 0]], dtype=np.float32)


def item_features(factors=FACTORS, **precisions):
    return ItemFeatures(
        movie_ids=MOVIE_IDS,
        offsets=np.array([3, 3, 4, 2], dtype=np.float32),
        factors=factors,
        prior_precision=np.full(2, precisions.pop("ridge", 0.0), dtype=np.float32),
        **precisions,
    )


def fold_in(features, movie_indices, half_stars):
    return features.fold_in(np.array(movie_indices, dtype=np.int32), np.array(half_stars, dtype=np.int8))


def random_fit(seed, n_ratings, n_factors, ridge):
    rng = np.random.default_rng(seed)
    design = np.ones((n_ratings, n_factors + 1))
    design[:, 1:] = rng.normal(size=(n_ratings, n_factors))
    residuals = rng.normal(size=n_ratings)
    profile = UserProfile.fit(
        design,
        residuals,
        np.full(n_factors + 1, ridge),
        movie_indices=np.arange(n_ratings, dtype=np.int32),
        half_stars=np.ones(n_ratings, dtype=np.int8),
    )
    return design, residuals, profile


def test_it_recovers_the_weights_of_alice_from_her_ratings():
    alice = fold_in(item_features(), [0, 1, 2, 3], [9, 5, 9, 5])  # offsets + 0.5 bias + (1, −1)
    assert alice.bias == pytest.approx(0.5)
    np.testing.assert_allclose(alice.weights, [1.0, -1.0], atol=1e-6)
    np.testing.assert_allclose(item_features().predict(alice), [4.5, 2.5, 4.5, 2.5], atol=1e-6)


def test_it_predicts_some_movies_as_it_predicts_all():
    for factors in (FACTORS, csr_array(FACTORS)):
        features = item_features(factors, ridge=1.0)
        bob = fold_in(features, [0, 2], [10, 1])
        some = np.array([2, 0], dtype=np.int32)
        np.testing.assert_array_equal(features.predict(bob, some), features.predict(bob)[some])


def test_it_shrinks_more_with_more_ridge_and_per_rating():
    weak = fold_in(item_features(ridge=0.1), [0, 1], [10, 1])
    strong = fold_in(item_features(ridge=10.0), [0, 1], [10, 1])
    per_rating = fold_in(item_features(ridge=0.1, prior_precision_per_rating=5.0), [0, 1], [10, 1])
    assert abs(strong.weights[0]) < abs(weak.weights[0])
    np.testing.assert_allclose(
        per_rating.weights, fold_in(item_features(ridge=10.1), [0, 1], [10, 1]).weights, rtol=1e-5
    )


def test_it_gives_an_average_user_without_ratings():
    nobody = fold_in(item_features(), [], [])
    assert nobody.bias == 0
    np.testing.assert_array_equal(item_features().predict(nobody), item_features().offsets)


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), n_factors=st.integers(1, 20), share=st.floats(0.05, 1.0))
def test_it_takes_the_smallest_norm_when_ratings_are_fewer_than_weights(seed, n_factors, share):
    n_ratings = max(1, int(n_factors * share))
    design, residuals, profile = random_fit(seed, n_ratings, n_factors, ridge=0.0)
    smallest = np.linalg.lstsq(design, residuals, rcond=1e-5)[0]
    np.testing.assert_allclose(np.append(profile.weights, profile.bias), np.roll(smallest, -1), atol=2e-3)


@settings(deadline=None)
@given(seed=st.integers(0, 10_000))
def test_its_variance_is_that_of_the_inverted_gram_matrix(seed):
    design, _, profile = random_fit(seed, 8, 3, ridge=0.5)
    gram = design.T @ design + 0.5 * np.eye(4)
    asked = np.random.default_rng(seed).standard_normal((5, 4))
    np.testing.assert_allclose(
        profile.fitted.variance(asked), np.diag(asked @ np.linalg.inv(gram) @ asked.T), rtol=1e-6
    )
    np.testing.assert_allclose(profile.fitted.leverage, profile.fitted.variance(profile.fitted.design), rtol=1e-9)


def test_it_looks_up_known_ids_in_the_order_asked():
    positions, known = indices_of(MOVIE_IDS, np.array([40, 11, 10], dtype=np.int32))
    np.testing.assert_array_equal(positions, [3, 0])
    np.testing.assert_array_equal(known, [True, False, True])
    positions, known = indices_of(MOVIE_IDS[:0], np.array([1], dtype=np.int32))
    assert positions.size == 0
    assert not known.any()
