"""The match: a chance of 3.5 stars or more, as figures that never rise down a list."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommender.engine.algorithms.registry import algorithm
from recommender.engine.lists.match import among_watched, chances, least_liked, never_rising
from tests.support.sample import sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
ALL = np.arange(RATINGS.n_movies, dtype=np.int32)
lists = arrays(np.float64, st.integers(0, 40), elements=st.floats(0, 1))


@pytest.mark.parametrize("name", ["mean", "als"])
def test_the_better_and_the_surer_the_prediction_the_higher_the_chance(name: str) -> None:
    model = algorithm(name).fit(RATINGS, MOVIES)
    profile = model.fold_in(ALL[:6], np.array([9, 3, 9, 2, 10, 4], dtype=np.int8))
    found, stars = chances(model, profile, ALL), model.predict(profile, ALL)
    assert found is not None
    assert ((found > 0.5) == (stars > least_liked(profile.half_stars))).all()
    bounds = model.interval(profile, ALL)
    assert bounds is not None
    likely = found > 0.9
    assert (bounds[0][likely] > 3.25 - 0.01).all()  # nine times in ten above 3.25 means an interval above it


def test_who_never_gives_half_stars_rounds_what_they_think() -> None:
    whole, halves = np.full(200, 8, dtype=np.int8), np.full(200, 7, dtype=np.int8)
    assert least_liked(halves) == least_liked(whole[:0]) == 3.25
    assert least_liked(whole) == pytest.approx(3.5, abs=0.02)
    assert 3.25 < least_liked(whole[:20]) < least_liked(whole[:40]) < 3.5
    assert least_liked(np.append(whole, halves[:25])) == 3.25


def test_an_algorithm_without_intervals_has_no_match() -> None:
    model = algorithm("median").fit(RATINGS, MOVIES)
    assert chances(model, model.fold_in(ALL[:0], np.zeros(0, dtype=np.int8)), ALL) is None


def test_neighbours_that_would_rise_share_their_mean() -> None:
    assert never_rising(np.array([0.9, 0.6, 0.8, 0.3]), n_averaged=4) == pytest.approx([0.9, 0.7, 0.7, 0.3])


@given(lists, st.integers(1, 40))
def test_figures_never_rise_and_keep_their_mean(values: np.ndarray, n_averaged: int) -> None:
    figures = never_rising(values, n_averaged=n_averaged)
    assert (np.diff(figures) <= 1e-12).all()
    assert figures[:n_averaged].sum() == pytest.approx(values[:n_averaged].sum())


@given(lists, st.integers(1, 10), st.integers(0, 40))
def test_a_longer_list_begins_with_the_figures_of_a_shorter_one(values: np.ndarray, n: int, length: int) -> None:
    shorter = never_rising(values[: n + length], n_averaged=n)
    assert never_rising(values, n_averaged=n)[: shorter.size] == pytest.approx(shorter)


def test_what_is_watched_is_liked_a_little_less_often_in_the_same_order() -> None:
    figures = among_watched(np.array([1.0, 0.97, 0.535, 0.45, 0.175, 0.0]))
    assert figures == pytest.approx([1.0, 0.96, 0.47, 0.37, 0.12, 0.0])
    every = among_watched(np.linspace(0, 1, 101))
    assert (np.diff(every) > 0).all()
    assert (every <= np.linspace(0, 1, 101))[12:].all()
