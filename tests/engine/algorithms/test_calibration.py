"""Intervals are measured on ratings that were not fitted, for every algorithm that has intervals."""

import numpy as np
import pytest

from recommender.engine.algorithms.calibration import calibrated, most_ratings
from recommender.engine.algorithms.registry import ALGORITHMS, algorithm
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.evaluation import split_ratings
from recommender.engine.model.training import TrainingOptions
from tests.support.sample import ratings_of, sample_movies, sample_ratings

RATINGS = sample_ratings(n_raters=300, share_rated=0.5)
MOVIES = sample_movies(RATINGS)


def share_inside(model, split):
    inside = []
    for rater in range(RATINGS.n_raters):
        known, asked = (slice(*part.rater_indptr[rater : rater + 2]) for part in (split.train, split.test))
        profile = model.fold_in(split.train.movie_indices[known], split.train.half_stars[known])
        low, high = model.interval(profile, split.test.movie_indices[asked])
        stars = split.test.half_stars[asked] / 2
        inside.append((low <= stars) & (stars <= high))
    return np.concatenate(inside).mean()


@pytest.mark.parametrize("name", ["mean", "als", "als_5", "als_plain", "hybrid"])
def test_intervals_hold_80_percent_of_held_out_ratings(name):
    split = split_ratings(RATINGS, MOVIES, seed=1)
    model = algorithm(name).fit(split.train, split.movies, TrainingOptions(seed=1))
    assert share_inside(model, split) == pytest.approx(0.8, abs=0.07)  # stars jump by halves, and so do shares


def test_a_tenth_of_the_ratings_is_not_seen():
    seen = most_ratings(RATINGS, seed=3)
    assert seen.mean() == pytest.approx(0.9, abs=0.02)
    np.testing.assert_array_equal(seen, most_ratings(RATINGS, seed=3))


def test_with_nothing_unseen_a_model_stays_as_it_is():
    ratings = ratings_of({"alice": {1: 5, 2: 4}, "bob": {2: 3}})
    model = ALGORITHMS["mean"].fit(ratings, sample_movies(ratings))
    assert calibrated(model, model, ratings, np.ones(3, dtype=np.bool_), seed=0) is model


def test_equal_ratings_leave_widths_finite():
    rows, columns = np.repeat(np.arange(20), 20), np.tile(np.arange(20), 20)
    ratings = RatingMatrix.from_triples(rows, columns, np.full(400, 8))
    for name in ("mean", "als"):
        widths = ALGORITHMS[name].fit(ratings, MovieFeatures.empty(ratings.movie_ids)).widths
        assert np.isfinite(widths.by_count).all()
        assert np.isfinite(widths.by_stars).all()
