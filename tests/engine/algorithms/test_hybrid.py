"""The hybrid: kernel features, offsets, exact contributions, calibrated intervals."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from recommender.engine.algorithms.als import ALS
from recommender.engine.algorithms.hybrid.hybrid import Hybrid
from recommender.engine.algorithms.hybrid.kernel_features import (
    leading_factors,
    tag_features,
    unit_rows,
    watched_features,
)
from recommender.engine.algorithms.hybrid.model import HybridModel
from recommender.engine.algorithms.hybrid.offsets import Offsets
from recommender.engine.algorithms.hybrid.tastes import tastes
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.evaluation import split_ratings
from recommender.engine.model.training import TrainingOptions
from tests.support.sample import movies_of, ratings_of, sample_movies, sample_ratings

RATINGS = sample_ratings(share_rated=0.5)
MOVIES = sample_movies(RATINGS)
SMALL = Hybrid(n_factors=24, n_latent=4, regularization=20)
ALICE = np.array([0, 2, 4, 6, 1, 3], dtype=np.int32), np.array([9, 8, 10, 8, 3, 2], dtype=np.int8)
NOBODY = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int8)
EVERY = np.arange(RATINGS.n_movies, dtype=np.int32)


@pytest.fixture(scope="module")
def model():
    return SMALL.fit(RATINGS, MOVIES, TrainingOptions(seed=3))


@pytest.fixture(scope="module")
def by_kernel(model):
    """The same without what latent factors add."""
    return replace(model, latent=replace(model.latent, share=0.0))


def leading(features, n_factors):
    *_, last = leading_factors(csr_array(features.astype(np.float32)), n_factors, seed=0)
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


def test_watched_features_are_the_cosine_of_raters_who_count_less_the_more_they_rate():
    ratings = ratings_of({"alice": {1: 5, 2: 5}, "bob": {2: 4, 3: 4, 4: 4}})
    kernel = (watched_features(ratings) @ watched_features(ratings).T).toarray()
    alice, bob = 1 / np.log(4), 1 / np.log(5)
    np.testing.assert_allclose(np.diag(kernel), 1)
    assert kernel[0, 1] == pytest.approx(np.sqrt(alice / (alice + bob)))
    assert kernel[0, 2] == 0


def test_tags_of_a_single_movie_join_nothing():
    movies = movies_of([1, 2, 3], [set()] * 3, [(1, 1, "slow"), (2, 2, "slow"), (1, 3, "odd")])
    kernel = (tag_features(movies) @ tag_features(movies).T).toarray()
    np.testing.assert_allclose(kernel, [[1, 1, 0], [1, 1, 0], [0, 0, 0]], atol=1e-6)


def test_unit_rows_leave_empty_rows_empty():
    np.testing.assert_allclose(unit_rows(csr_array([[3.0, 4.0], [0, 0]])).toarray(), [[0.6, 0.8], [0, 0]])


def test_a_movie_with_few_ratings_stays_near_what_is_expected_of_it():
    raters = np.concatenate([np.arange(200), [0]])
    ratings = RatingMatrix.from_triples(raters, np.repeat([1, 2], [200, 1]), [10] * 200 + [10], catalogue=[1, 2, 3])
    offsets = Offsets.damped(ratings, MovieFeatures.empty(ratings.movie_ids), spread=0.03)
    offsets.refit()
    variance = offsets.variance()
    assert variance[0] < variance[1] < variance[2]
    assert variance[2] == pytest.approx(0.03)


def test_raters_who_scatter_count_less():
    rng = np.random.default_rng(0)
    steady = [(rater, movie, 7) for rater in range(20) for movie in range(30)]
    wild = [(99, movie, int(rng.choice([1, 10]))) for movie in range(30)]
    ratings = RatingMatrix.from_triples(*zip(*(steady + wild), strict=True))
    offsets = Offsets.damped(ratings, MovieFeatures.empty(ratings.movie_ids), spread=0.03)
    assert offsets.reliability[-1] < 0.5 * offsets.reliability[0]


def test_tastes_in_bulk_are_those_of_the_fold_in(model):
    features = model.item_features
    bulk = tastes(
        RATINGS, features.offsets, features.factors, model.movie_noise, features.bias_precision,
        n_threads=1, on_progress=lambda share: None,
    )  # fmt: skip
    rater = slice(*RATINGS.rater_indptr[7:9])
    profile = model.fold_in(RATINGS.movie_indices[rater], RATINGS.half_stars[rater])
    expected = features.factors[RATINGS.movie_indices[rater]] @ profile.weights
    np.testing.assert_allclose(bulk[rater], expected, atol=1e-4)


def test_it_is_the_mean_of_a_gaussian_process(by_kernel):
    features = by_kernel.item_features
    kernel = features.factors.astype(np.float64) @ features.factors.T + 1 / features.bias_precision
    rated, half_stars = ALICE
    system = kernel[np.ix_(rated, rated)] + np.diag(by_kernel.movie_noise[rated])
    expected = features.offsets + kernel[:, rated] @ np.linalg.solve(system, half_stars / 2 - features.offsets[rated])
    np.testing.assert_allclose(by_kernel.predict(by_kernel.fold_in(*ALICE)), expected, atol=1e-4)


def test_a_contribution_is_what_the_kernel_says_of_a_rating(by_kernel):
    """``k_iᵀ (K + N)⁻¹ e_j · (r_j − offset_j)``, the same seen from the ratings instead of from the features."""
    features = by_kernel.item_features
    kernel = features.factors.astype(np.float64) @ features.factors.T + 1 / features.bias_precision
    rated, half_stars = ALICE
    system = kernel[np.ix_(rated, rated)] + np.diag(by_kernel.movie_noise[rated])
    expected = kernel[:, rated] @ np.linalg.inv(system) * (half_stars / 2 - features.offsets[rated])
    np.testing.assert_allclose(by_kernel.rating_contributions(by_kernel.fold_in(*ALICE), EVERY), expected, atol=1e-5)


def test_left_out_residuals_are_those_of_a_fold_in_without_the_rating(by_kernel):
    residuals, _ = by_kernel.left_out(by_kernel.fold_in(*ALICE))
    for number in range(ALICE[0].size):
        others = np.delete(ALICE[0], number), np.delete(ALICE[1], number)
        predicted = by_kernel.predict(by_kernel.fold_in(*others), ALICE[0][number : number + 1])[0]
        assert residuals[number] == pytest.approx(ALICE[1][number] / 2 - predicted, abs=1e-4)


def test_part_of_what_latent_factors_say_about_the_taste_is_added(model, by_kernel):
    profile = model.fold_in(*ALICE)
    latent = model.latent.features.fold_in(*ALICE)
    taste = model.latent.features.factors @ latent.weights
    assert np.abs(taste).max() > 0.05
    np.testing.assert_allclose(model.predict(profile), by_kernel.predict(profile) + 0.5 * taste, atol=1e-5)


def test_part_of_the_offsets_are_those_of_als(model):
    als = ALS(n_factors=4).fit(RATINGS, MOVIES, TrainingOptions(seed=3)).item_features.offsets
    alone = replace(SMALL, latent_offset_share=0).fit(RATINGS, MOVIES, TrainingOptions(seed=3)).item_features.offsets
    np.testing.assert_allclose(model.item_features.offsets, 0.8 * alone + 0.2 * als, atol=1e-5)
    assert np.abs(als - alone).max() > 0.05


def test_a_movie_with_5_ratings_shows_a_wider_interval_than_one_with_5000():
    rng = np.random.default_rng(0)
    raters = np.arange(5_000)
    pairs = [(raters, np.full(5_000, 1)), (raters[:5], np.full(5, 2))]
    pairs += [(raters, rng.integers(first, first + 10, 5_000)) for first in range(3, 53, 10)]
    rater_ids, movie_ids = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    half_stars = rng.integers(5, 10, rater_ids.size)
    ratings = RatingMatrix.from_triples(rater_ids, movie_ids, half_stars)
    model = SMALL.fit(ratings, MovieFeatures.empty(ratings.movie_ids))
    asked = np.array([0, 1], dtype=np.int32)
    assert ratings.movie_counts()[asked].tolist() == [5_000, 5]
    for n_rated in (0, 1, 20):
        rated = np.arange(2, 2 + n_rated, dtype=np.int32)
        low, high = model.interval(model.fold_in(rated, rng.integers(5, 10, n_rated).astype(np.int8)), asked)
        assert high[1] - low[1] > 1.05 * (high[0] - low[0])


def test_a_user_who_scatters_gets_wider_intervals(model):
    steady = model.fold_in(EVERY[:40], np.clip(np.rint(2 * model.item_features.offsets[:40]), 1, 10).astype(np.int8))
    wild = model.fold_in(EVERY[:40], np.tile([1, 10], 20).astype(np.int8))
    assert model.misfit(wild) > 1.5 * model.misfit(steady)


def test_intervals_hold_about_80_percent_of_held_out_ratings():
    split = split_ratings(RATINGS, MOVIES, seed=1)
    model = SMALL.fit(split.train, split.movies)
    inside = []
    for rater in range(RATINGS.n_raters):
        known, asked = (slice(*part.rater_indptr[rater : rater + 2]) for part in (split.train, split.test))
        profile = model.fold_in(split.train.movie_indices[known], split.train.half_stars[known])
        low, high = model.interval(profile, split.test.movie_indices[asked])
        stars = split.test.half_stars[asked] / 2
        inside.append((low <= stars) & (stars <= high))
    assert 0.72 < np.concatenate(inside).mean() < 0.9


def test_intervals_are_as_wide_as_what_latent_factors_add_to_unseen_ratings_allows(model):
    assert 0.7 < model.latent.width < 0.98  # tastes of the sample are latent factors and little else
    without = replace(SMALL, latent_taste_share=0).fit(RATINGS, MOVIES, TrainingOptions(seed=3))
    assert without.latent.width == pytest.approx(1)


def test_intervals_stay_on_the_scale(model):
    for half_stars in (1, 10):
        low, high = model.interval(model.fold_in(ALICE[0], np.full(6, half_stars, np.int8)), EVERY)
        assert low.min() >= 0.5
        assert high.max() <= 5.0
        assert (low <= high).all()


def test_it_learns_taste_and_says_so(model):
    profile = model.fold_in(*ALICE)
    predicted = model.predict(profile)
    assert predicted[10:40:2].mean() > predicted[11:40:2].mean() + 0.3
    genres = dict(model.parameters(profile)[1].values)
    assert genres["Action"] > genres["Comedy"]


def test_more_threads_give_the_same_bytes(model):
    again = SMALL.fit(RATINGS, MOVIES, TrainingOptions(seed=3, n_threads=2)).to_arrays()
    assert {key: array.tobytes() for key, array in again.items()} == {
        key: array.tobytes() for key, array in model.to_arrays().items()
    }


def test_it_survives_saving_and_loading(model):
    loaded = HybridModel.from_arrays(model.to_arrays(), {})
    for one, other in zip(
        model.interval(model.fold_in(*ALICE), EVERY), loaded.interval(loaded.fold_in(*ALICE), EVERY), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    assert loaded.parameters(loaded.fold_in(*ALICE)) == model.parameters(model.fold_in(*ALICE))


@pytest.mark.parametrize(
    "wrong", [{"n_factors": 0}, {"noise": 0}, {"spread": 0}, {"bias_variance": 0}, {"latent_offset_share": 1.1}]
)
def test_it_rejects_what_cannot_be_fitted(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Hybrid(**wrong)
