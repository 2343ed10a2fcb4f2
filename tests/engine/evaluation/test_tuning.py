"""The tuner: what it finds, what it never sees, and that a resumed search ends like an uninterrupted one."""

import json
from dataclasses import replace

import numpy as np
import pytest

from recommender.engine.algorithms.registry import ALGORITHMS, algorithm
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.evaluation import CannotEvaluate, evaluate_unit
from recommender.engine.evaluation.tuning import (
    DifferentSearch,
    Trial,
    best_of,
    compared,
    objective_of,
    search,
    splits,
    with_parameters,
)
from recommender.engine.evaluation.unit import COLUMNS
from recommender.engine.model.search_space import Range
from tests.support.sample import sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
OUTER, INNER = splits(RATINGS, MOVIES, seed=3)
BADLY_SET = algorithm("als", n_factors=2, regularization=0.5, prior_precision=50.0, movie_damping=50.0, n_epochs=3)


def found(chosen=BADLY_SET, inner=INNER, **options):
    return list(search(chosen, inner, **{"n_trials": 12, "seed": 4} | options))


def settings(trials):
    return [(trial.number, trial.parameters, trial.value) for trial in trials]


def pairs(ratings):
    return set(zip(ratings.row_of_each_rating().tolist(), ratings.movie_indices.tolist(), strict=True))


@pytest.fixture(scope="module")
def trials():
    return found()


def test_it_starts_from_what_the_algorithm_has(trials):
    assert trials[0].parameters == {name: getattr(BADLY_SET, name) for name in BADLY_SET.search_space}
    values = [objective_of(evaluate_unit(BADLY_SET, each, seed=4), {"rank_agreement": 1.0}) for each in INNER]
    assert len(set(values)) == 2
    assert trials[0].value == pytest.approx(np.mean(values))


def test_it_beats_a_badly_set_algorithm_on_ratings_it_never_saw(trials):
    best = best_of(trials)
    assert best.value > trials[0].value + 0.1
    comparison = compared(BADLY_SET, best, OUTER)
    assert comparison.gain.low > 0.1
    assert comparison.recommended
    difference = comparison.evaluation.differences["tuned", "before"]["rank_agreement"]
    assert comparison.gain.to_json() == difference.to_json()


def test_only_what_is_shown_to_be_better_is_recommended(trials):
    """The same setting, and one that differs by a hair: the gain on held-out ratings may be chance."""
    same = compared(BADLY_SET, trials[0], OUTER)
    assert (same.gain.mean, same.recommended) == (0, False)
    nearly = replace(trials[0], parameters=trials[0].parameters | {"movie_damping": 49.9})
    assert not compared(BADLY_SET, nearly, OUTER).recommended


def test_the_gain_is_that_of_the_whole_objective():
    """Of an objective of two metrics, the interval of their sum, not of each."""
    chosen = ALGORITHMS["hybrid"]
    weak = replace(chosen, watched_weight=0.0, popularity_weight=0.0)
    best = Trial(1, {name: getattr(chosen, name) for name in chosen.search_space}, 0.0, 0.0)
    comparison = compared(weak, best, OUTER)
    differences = comparison.evaluation.differences["tuned", "before"]
    assert comparison.gain.mean == pytest.approx(sum(differences[metric].mean for metric in chosen.objective))


def test_it_learns_and_measures_on_the_training_part_alone():
    held_out = pairs(OUTER.test)
    assert held_out
    for inner in INNER:
        assert not held_out & (pairs(inner.train) | pairs(inner.test))
        assert pairs(inner.train) | pairs(inner.test) <= pairs(OUTER.train)
        assert not pairs(inner.train) & pairs(inner.test)
        assert inner.train.n_ratings == pytest.approx(0.9 * OUTER.train.n_ratings, rel=0.02)
    assert pairs(INNER[0].test) != pairs(INNER[1].test)


def test_the_held_out_ratings_change_nothing(trials):
    """The opposite opinion of everything held out leads to the same search."""
    turned = RATINGS.half_stars.copy()
    test = np.array([pair in pairs(OUTER.test) for pair in sorted(pairs(RATINGS))])
    turned[test] = 11 - turned[test]
    others = RatingMatrix.from_triples(
        RATINGS.rater_ids[RATINGS.row_of_each_rating()],
        RATINGS.movie_ids[RATINGS.movie_indices],
        turned,
        RATINGS.rated_at,
        catalogue=RATINGS.movie_ids,
    )
    outer, inner = splits(others, MOVIES, seed=3)
    assert not np.array_equal(outer.test.half_stars, OUTER.test.half_stars)
    assert settings(found(inner=inner)) == settings(trials)


def test_the_same_seed_tries_the_same(trials):
    assert settings(found()) == settings(trials)
    assert settings(found(seed=5)) != settings(trials)


@pytest.mark.parametrize("n_done", [1, 11])
def test_a_search_taken_up_again_ends_as_if_it_had_not_stopped(trials, n_done):
    kept = [Trial.from_json(json.loads(json.dumps(trial.to_json()))) for trial in trials[:n_done]]
    assert settings(found(trials=kept)) == settings(trials[n_done:])


def test_a_finished_search_tries_nothing_more(trials):
    assert found(trials=trials) == []


def test_trials_of_another_search_are_refused(trials):
    with pytest.raises(DifferentSearch, match="Trial 1 belongs to a search with another seed"):
        found(seed=5, trials=trials)


def test_time_spent_before_counts(trials):
    spent = [Trial(trial.number, trial.parameters, trial.value, 10.0) for trial in trials[:3]]
    assert found(trials=spent, n_trials=None, seconds=30.0) == []
    assert len(found(trials=spent, n_trials=None, seconds=30.001)) == 1


def test_it_reports_progress_and_can_be_stopped():
    shares = []
    found(n_trials=2, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        found(on_progress=stop)


def test_of_equal_trials_the_first_is_best():
    assert best_of([Trial(0, {}, 0.5, 1), Trial(1, {}, 0.7, 1), Trial(2, {}, 0.7, 1)]).number == 1


def test_it_needs_a_budget_and_ratings():
    with pytest.raises(ValueError, match="a number of trials or of seconds"):
        found(n_trials=None)
    few = RatingMatrix.from_triples([1, 1, 2], [1, 2, 1], [5, 6, 7])
    with pytest.raises(CannotEvaluate, match="too few ratings to tune on"):
        splits(few, sample_movies(few), seed=0)


@pytest.mark.parametrize("name", list(ALGORITHMS))
def test_every_algorithm_can_be_tuned(name):
    chosen = ALGORITHMS[name]
    assert chosen.search_space
    for parameter, values in chosen.search_space.items():
        assert values.low <= getattr(chosen, parameter) <= values.high, parameter
        assert isinstance(getattr(chosen, parameter), int) == values.whole, parameter
        for end in (values.low, values.high):
            with_parameters(chosen, {parameter: end})  # what cannot be fitted raises
    assert set(chosen.objective) <= {metric for _, metric in COLUMNS}
    assert found(algorithm(name), n_trials=2)[1].parameters != found(algorithm(name), n_trials=1)[0].parameters


def test_ranges_are_of_whole_numbers_where_their_ends_are():
    assert Range(1, 5).whole
    assert not Range(1.0, 5.0).whole
