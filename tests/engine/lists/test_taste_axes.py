"""Latent factors by the movies at their ends."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.engine.algorithms.als import ALS
from recommender.engine.lists.taste_axes import taste_axes
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.training import TrainingOptions
from tests.support.sample import sample_movies, sample_ratings

RATINGS = sample_ratings()
MODEL = ALS(n_factors=4).fit(RATINGS, sample_movies(RATINGS), TrainingOptions(seed=1))
COUNTS = RATINGS.movie_counts()
EVEN = np.arange(0, 40, 4, dtype=np.int32)


def profile(high: int, low: int) -> UserProfile:
    """Someone who gives some even movies `high` and some odd ones `low` half stars."""
    movies = np.sort(np.concatenate([EVEN, EVEN + 1]))
    return MODEL.fold_in(movies, np.where(movies % 2, low, high).astype(np.int8))


def test_the_first_axis_tells_the_two_tastes_of_the_sample_apart() -> None:
    fond_of_even, fond_of_odd = (
        taste_axes(MODEL.item_features, profile(*stars), COUNTS, n_axes=2)[0] for stars in ((9, 3), (3, 9))
    )
    assert set(fond_of_even.liked % 2) == {0}
    assert set(fond_of_even.other % 2) == {1}
    assert set(fond_of_odd.liked % 2) == {1}
    assert fond_of_even.stars > 0.5


def test_the_stars_of_an_axis_are_what_is_predicted_along_it() -> None:
    one_factor = replace(
        MODEL.item_features, factors=MODEL.item_features.factors[:, :1], prior_precision=np.ones(1, dtype=np.float32)
    )
    alice = one_factor.fold_in(EVEN, np.full(EVEN.size, 9, dtype=np.int8))
    (axis,) = taste_axes(one_factor, alice, COUNTS, n_axes=5)
    taste = one_factor.predict(alice) - one_factor.offsets
    assert axis.stars == pytest.approx(float(taste[axis.liked].mean() - taste[axis.other].mean()), rel=1e-4)


def test_it_does_not_depend_on_how_the_factors_are_turned() -> None:
    turned, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((4, 4)))
    alice = profile(9, 3)
    features = replace(MODEL.item_features, factors=(MODEL.item_features.factors @ turned).astype(np.float32))
    other = replace(alice, weights=(turned.T @ alice.weights).astype(np.float32))
    plain = taste_axes(MODEL.item_features, alice, COUNTS, n_axes=2)
    rotated = taste_axes(features, other, COUNTS, n_axes=2)
    assert [axis.stars for axis in plain] == pytest.approx([axis.stars for axis in rotated], rel=1e-3)
    assert plain[0].liked.tolist() == rotated[0].liked.tolist()


def test_axes_come_by_how_much_they_matter_and_name_well_known_movies_only() -> None:
    counts = np.where(np.arange(COUNTS.size) < 20, COUNTS, 0)
    axes = taste_axes(MODEL.item_features, profile(9, 3), counts, n_axes=4)
    assert len(axes) == 4
    assert all(end.max() < 20 for axis in axes for end in (axis.liked, axis.other))
    assert all(axis.stars > 0 for axis in axes)


def test_nobody_and_no_factors_have_no_axes() -> None:
    nobody = MODEL.fold_in(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int8))
    assert taste_axes(MODEL.item_features, nobody, COUNTS, n_axes=4) == []
    assert taste_axes(MODEL.item_features, profile(9, 3), np.zeros_like(COUNTS), n_axes=4) == []
