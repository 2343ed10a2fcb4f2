"""The gate's comparison: paired, on the same users, and on the cautious side."""

import dataclasses

import numpy as np
import pytest

from recommender.engine.algorithms.baselines import Mean, Median
from recommender.engine.algorithms.registry import algorithm
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.evaluation.gate import ACTIVE, CANDIDATE, GUARDED, compare, judge
from recommender.engine.evaluation.splits import CannotEvaluate, split_ratings
from recommender.engine.evaluation.unit import COLUMNS, evaluate_unit
from tests.support.sample import sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
GOOD, BAD = algorithm("als", n_factors=4), Mean()


def test_a_worse_candidate_is_not_accepted():
    comparison = compare(BAD, GOOD, RATINGS, MOVIES, margin=0.005)
    assert comparison.difference.mean < -0.05
    assert not comparison.accepted
    assert comparison.figure(CANDIDATE).mean < comparison.figure(ACTIVE).mean


def test_a_better_candidate_is_accepted():
    comparison = compare(GOOD, BAD, RATINGS, MOVIES, margin=0.0)
    assert comparison.difference.low > 0
    assert comparison.accepted


def test_it_compares_on_the_newest_ratings_when_asked_to():
    newest = compare(GOOD, BAD, RATINGS, MOVIES, margin=0.0, kind="temporal")
    any_ratings = compare(GOOD, BAD, RATINGS, MOVIES, margin=0.0)
    assert (newest.evaluation.split, any_ratings.evaluation.split) == ("temporal", "random")
    assert newest.difference != any_ratings.difference
    timeless = dataclasses.replace(RATINGS, rated_at=None)
    with pytest.raises(CannotEvaluate, match="needs the time of each rating"):
        compare(GOOD, BAD, timeless, MOVIES, margin=0.0, kind="temporal")


def test_a_better_estimate_is_not_enough_when_it_may_be_chance():
    """The lower limit of the interval counts, not the estimate."""
    candidate, active = algorithm("als", n_factors=4, regularization=0.3), GOOD
    comparison = compare(candidate, active, RATINGS, MOVIES, margin=0.0)
    difference = comparison.difference
    assert difference.low < 0 < difference.mean < difference.high
    assert not comparison.ranks_well
    assert not comparison.accepted
    wide = compare(candidate, active, RATINGS, MOVIES, margin=-difference.low)
    assert wide.ranks_well


def changed(unit, metric, by, *, every=1):
    """The unit with a sum of every so-manieth rater moved, as if its lists had other movies in them."""
    numerators, column = unit.numerators.copy(), COLUMNS.index(("all", metric))
    numerators[::every, column] += by * unit.denominators[::every, column]
    return dataclasses.replace(unit, numerators=numerators)


@pytest.mark.parametrize(("metric", "bad"), [("regret_10", 0.2), ("hit_stars_20", -0.2), ("signed_ndcg_10", -0.2)])
def test_it_refuses_what_gets_worse_in_a_guarded_metric(metric, bad):
    unit = evaluate_unit(GOOD, split_ratings(RATINGS, MOVIES, seed=0))
    units = {CANDIDATE: [changed(unit, metric, bad)], ACTIVE: [unit]}
    refused = judge(units, margin=0.005)
    better = judge({CANDIDATE: units[ACTIVE], ACTIVE: units[CANDIDATE]}, margin=0.005)
    assert refused.ranks_well
    assert refused.worse == (metric,)
    assert not refused.accepted
    assert better.accepted
    assert judge(units, margin=0.3).accepted  # a loss within the margin


def test_a_guarded_metric_that_may_be_worse_by_chance_is_no_reason_to_refuse():
    """The whole interval has to be on the wrong side: hits are few, and equal recipes differ by chance."""
    unit = evaluate_unit(GOOD, split_ratings(RATINGS, MOVIES, seed=0))
    few = changed(unit, "regret_10", 0.3, every=40)
    comparison = judge({CANDIDATE: [few], ACTIVE: [unit]}, margin=0.0)
    difference = comparison.difference_in("regret_10")
    assert difference.low <= 0 < difference.mean
    assert comparison.accepted


def test_a_guarded_metric_with_too_few_raters_is_left_out():
    unit = evaluate_unit(GOOD, split_ratings(RATINGS, MOVIES, seed=0))
    denominators = unit.denominators.copy()
    denominators[20:, COLUMNS.index(("all", "regret_10"))] = 0
    few = changed(dataclasses.replace(unit, denominators=denominators), "regret_10", 1.0)
    comparison = judge({CANDIDATE: [few], ACTIVE: [unit]}, margin=0.0)
    assert comparison.guarded == GUARDED[1:]
    assert comparison.accepted


def test_the_same_recipe_is_measured_once_and_differs_by_nothing():
    fits = []

    class Counting(type(Median())):
        def fit(self, *arguments, **options):
            fits.append(1)
            return super().fit(*arguments, **options)

    comparison = compare(Counting(), Counting(), RATINGS, MOVIES, margin=0.0, n_splits=2)
    assert len(fits) == 2
    assert (comparison.difference.low, comparison.difference.high) == (0, 0)
    assert comparison.accepted


def test_units_can_be_measured_elsewhere():
    split = split_ratings(RATINGS, MOVIES, seed=0)
    units = {name: [evaluate_unit(which, split)] for name, which in ((CANDIDATE, GOOD), (ACTIVE, BAD))}
    elsewhere, here = judge(units, margin=0.01), compare(GOOD, BAD, RATINGS, MOVIES, margin=0.01)
    assert elsewhere.difference == here.difference
    assert elsewhere.n_raters == here.n_raters > 60


def test_it_says_that_the_raters_are_too_few():
    few = np.repeat(np.arange(10), 20)
    ratings = RatingMatrix.from_triples(few, np.tile(np.arange(20), 10), 1 + (few * 7 + np.arange(200)) % 10)
    with pytest.raises(CannotEvaluate, match=r"Only \d+ raters have enough ratings .* needs 30"):
        compare(GOOD, BAD, ratings, MovieFeatures.empty(ratings.movie_ids), margin=0.1)
    one = RatingMatrix.from_triples([1], [1], [5])
    with pytest.raises(CannotEvaluate, match="nothing to hold out"):
        compare(GOOD, BAD, one, MovieFeatures.empty(one.movie_ids), margin=0.1)


def test_progress_goes_from_start_to_end():
    shares = []
    compare(GOOD, BAD, RATINGS, MOVIES, margin=0.1, n_splits=2, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
