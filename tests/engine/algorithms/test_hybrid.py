"""The hybrid: kernel features, offsets, exact contributions, calibrated intervals."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.algorithms.als import ALS
from recommender.engine.algorithms.baselines import Mean
from recommender.engine.algorithms.hybrid.hybrid import Hybrid
from recommender.engine.algorithms.hybrid.model import HybridModel
from recommender.engine.algorithms.hybrid.offsets import Offsets
from recommender.engine.algorithms.hybrid.strengths import JUST_ONE, STRENGTHS, fit_taste
from recommender.engine.algorithms.hybrid.tastes import tastes
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.evaluation import split_ratings
from recommender.engine.model.training import TrainingOptions
from tests.support.sample import sample_movies, sample_ratings

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


@pytest.fixture(scope="module")
def settled(by_kernel):
    """The same with one strength of tastes, and offsets that do not depend on the number of ratings."""
    return replace(by_kernel, strengths=JUST_ONE, settled_offsets=None)


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


def test_tastes_in_bulk_are_those_of_the_fold_in(settled):
    features = settled.item_features
    bulk = tastes(
        RATINGS, features.offsets, features.factors, settled.movie_noise, features.bias_precision,
        n_threads=1, on_progress=lambda share: None,
    )  # fmt: skip
    rater = slice(*RATINGS.rater_indptr[7:9])
    profile = settled.fold_in(RATINGS.movie_indices[rater], RATINGS.half_stars[rater])
    expected = features.factors[RATINGS.movie_indices[rater]] @ profile.weights
    np.testing.assert_allclose(bulk[rater], expected, atol=1e-4)


def gaussian_process(model, strength=1.0):
    """Return ``K (K + N)⁻¹`` between all movies and Alice's, for tastes of some strength, and her residuals."""
    features = model.item_features
    kernel = strength * (features.factors.astype(np.float64) @ features.factors.T + 1 / features.bias_precision)
    rated, half_stars = ALICE
    system = kernel[np.ix_(rated, rated)] + np.diag(model.movie_noise[rated])
    return kernel[:, rated] @ np.linalg.inv(system), half_stars / 2 - features.offsets[rated]


def test_it_is_the_mean_of_a_gaussian_process(settled):
    weights, residuals = gaussian_process(settled)
    expected = settled.item_features.offsets + weights @ residuals
    np.testing.assert_allclose(settled.predict(settled.fold_in(*ALICE)), expected, atol=1e-4)


def test_a_contribution_is_what_the_kernel_says_of_a_rating(settled):
    """``k_iᵀ (K + N)⁻¹ e_j · (r_j − offset_j)``, the same seen from the ratings instead of from the features."""
    weights, residuals = gaussian_process(settled)
    contributions = settled.rating_contributions(settled.fold_in(*ALICE), EVERY)
    np.testing.assert_allclose(contributions, weights * residuals, atol=1e-5)


def test_left_out_residuals_are_those_of_a_fold_in_without_the_rating(settled):
    residuals, _ = settled.left_out(settled.fold_in(*ALICE))
    for number in range(ALICE[0].size):
        others = np.delete(ALICE[0], number), np.delete(ALICE[1], number)
        predicted = settled.predict(settled.fold_in(*others), ALICE[0][number : number + 1])[0]
        assert residuals[number] == pytest.approx(ALICE[1][number] / 2 - predicted, abs=1e-4)


def test_tastes_of_several_strengths_are_mixed(settled):
    mixed = replace(settled, strengths=np.array([[0.4, 2.5], [1.0, 1.0]]))
    profile = mixed.fold_in(*ALICE)
    shares = profile.fitted.shares
    assert shares.sum() == pytest.approx(1)
    parts = [gaussian_process(settled, strength)[0] for strength in (0.4, 2.5)]
    weights, residuals = shares[0] * parts[0] + shares[1] * parts[1], gaussian_process(settled)[1]
    np.testing.assert_allclose(mixed.rating_contributions(profile, EVERY), weights * residuals, atol=1e-5)
    np.testing.assert_allclose(mixed.predict(profile), mixed.item_features.offsets + weights @ residuals, atol=1e-4)


def test_somebody_who_rates_by_taste_gets_stronger_tastes_than_somebody_who_does_not():
    rng = np.random.default_rng(0)
    design = np.concatenate([np.ones((60, 1)), rng.standard_normal((60, 5))], axis=1)
    by_taste = design[:, 1:] @ np.array([1.0, -1, 1, -1, 1]) + rng.normal(0, 0.3, 60)
    strengths = np.array([STRENGTHS, np.ones(len(STRENGTHS))])
    at_random = rng.permutation(by_taste)
    shares = [
        fit_taste(design, residuals, np.ones(60), np.full(6, 30.0), strengths).fitted.shares
        for residuals in (by_taste, at_random)
    ]
    assert shares[0][-1] > 0.5 > shares[1][-1]


def test_what_a_strength_gains_for_all_raters_counts_for_nobody():
    taste = model_free_taste(typical=np.ones(2))
    corrected = model_free_taste(typical=np.square(taste.by_strength).mean(axis=1))
    np.testing.assert_allclose(corrected.fitted.shares, 0.5)


def model_free_taste(typical):
    rng = np.random.default_rng(1)
    design = np.concatenate([np.ones((40, 1)), rng.standard_normal((40, 3))], axis=1)
    return fit_taste(design, rng.standard_normal(40), np.ones(40), np.ones(4), np.array([[0.4, 2.5], typical]))


def test_without_ratings_the_offsets_are_mostly_damped_means_and_then_less_and_less(model):
    means = Mean().learn(RATINGS).offsets
    start, settled = model.item_features.offsets, model.settled_offsets
    rated = RATINGS.movie_counts() > 0
    np.testing.assert_allclose(start, np.where(rated, 0.3 * settled + 0.7 * means, settled), atol=1e-5)
    np.testing.assert_allclose(model.predict(model.fold_in(*NOBODY)), start, atol=1e-6)
    np.testing.assert_allclose(model.offsets_for(20, EVERY), (start + settled) / 2, atol=1e-5)
    np.testing.assert_allclose(model.offsets_for(10**6, EVERY), settled, atol=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_contributions_and_the_offset_are_the_prediction_for_any_ratings(model, data):
    rated = data.draw(st.lists(st.integers(0, RATINGS.n_movies - 1), min_size=1, max_size=40, unique=True).map(sorted))
    half_stars = data.draw(st.lists(st.integers(1, 10), min_size=len(rated), max_size=len(rated)))
    profile = model.fold_in(np.array(rated, dtype=np.int32), np.array(half_stars, dtype=np.int8))
    total = model.item_features.offsets + model.rating_contributions(profile, EVERY).sum(axis=1)
    np.testing.assert_allclose(total, model.predict(profile), atol=1e-4)


def test_biases_vary_as_the_means_of_raters_do():
    offsets = biased_offsets(0.6)
    nothing = np.zeros((offsets.ratings.n_movies, 1), dtype=np.float32)
    noise = np.full(offsets.ratings.n_movies, 0.25, dtype=np.float32)
    assert offsets.bias_variance(nothing, noise, seed=0) == pytest.approx(0.36, rel=0.3)
    in_common = nothing + np.float32(0.5)
    assert offsets.bias_variance(in_common, noise, seed=0) == pytest.approx(0.36 - 0.25, rel=0.7)
    assert biased_offsets(0.0).bias_variance(nothing, noise, seed=0) == pytest.approx(0.02)


def biased_offsets(deviation):
    rng = np.random.default_rng(0)
    raters, movies = np.repeat(np.arange(300), 30), np.tile(np.arange(30), 300)
    stars = 3 + np.repeat(rng.normal(0, deviation, 300), 30) + rng.normal(0, 0.5, raters.size)
    ratings = RatingMatrix.from_triples(raters, movies, np.clip(np.rint(2 * stars), 1, 10).astype(int))
    offsets = Offsets.damped(ratings, MovieFeatures.empty(ratings.movie_ids), spread=0.03)
    offsets.refit()
    return offsets


def test_part_of_what_latent_factors_say_about_the_taste_is_added(model, by_kernel):
    profile = model.fold_in(*ALICE)
    latent = model.latent.features.fold_in(*ALICE, model.offsets_for(6, ALICE[0]))
    taste = model.latent.features.factors @ latent.weights
    assert np.abs(taste).max() > 0.05
    np.testing.assert_allclose(model.predict(profile), by_kernel.predict(profile) + 0.5 * taste, atol=1e-5)


def test_part_of_the_offsets_are_those_of_als(model):
    als = ALS(n_factors=4).fit(RATINGS, MOVIES, TrainingOptions(seed=3)).item_features.offsets
    alone = replace(SMALL, latent_offset_share=0).fit(RATINGS, MOVIES, TrainingOptions(seed=3)).settled_offsets
    rated = RATINGS.movie_counts() > 0
    np.testing.assert_allclose(model.settled_offsets, np.where(rated, 0.8 * alone + 0.2 * als, alone), atol=1e-5)
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


def test_it_loads_what_the_previous_release_has_saved(model):
    new = {"settled_offsets", "strengths", "width_by_stars"}
    old = HybridModel.from_arrays({key: array for key, array in model.to_arrays().items() if key not in new}, {})
    profile = old.fold_in(*ALICE)
    assert profile.fitted.shares.tolist() == [1.0]
    low, high = old.interval(profile, EVERY)
    assert ((low <= high) & np.isfinite(old.predict(profile))).all()


@pytest.mark.parametrize(
    "wrong", [{"n_factors": 0}, {"noise": 0}, {"spread": 0}, {"bias_variance": -0.1}, {"latent_offset_share": 1.1}]
)
def test_it_rejects_what_cannot_be_fitted(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Hybrid(**wrong)
