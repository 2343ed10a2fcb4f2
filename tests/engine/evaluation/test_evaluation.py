"""The evaluation as a whole: shape, honesty, and floors under the quality of every algorithm."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from recommender.engine.algorithms.als import ALS
from recommender.engine.algorithms.baselines import Mean, Median
from recommender.engine.algorithms.registry import algorithm
from recommender.engine.algorithms.tag_count import TagCount
from recommender.engine.evaluation import CannotEvaluate, Unit, evaluate, evaluate_unit, merge, report, split_ratings
from recommender.engine.evaluation.answers import answers
from recommender.engine.evaluation.intervals import jackknife_interval
from recommender.engine.evaluation.unit import COLUMNS
from recommender.engine.model.item_features import ItemFeatures
from recommender.engine.model.model import LinearModel
from recommender.formats.movielens import read_dataset
from recommender.services.training.from_dataset import ratings_and_movies
from tests.support.sample import sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
ALGORITHMS = {"median": Median(), "mean": Mean(), "tag_count": TagCount()}
METRICS = set(report.METRICS)

# On ml-latest-small: measured over seeds 0..4, and the floors.
FLOORS = {
    "median": {"rank_agreement": 0.47, "rmse": 1.01},
    "mean": {"rank_agreement": 0.655, "rmse": 0.87, "ndcg_10": 0.15},
    "tag_count": {"rank_agreement": 0.64, "rmse": 0.94, "ndcg_10": 0.15},
    "tag_ls": {"rank_agreement": 0.635, "rmse": 0.93, "ndcg_10": 0.14},
    "als": {"rank_agreement": 0.676, "rmse": 0.842, "ndcg_10": 0.16},
    "als_plain": {"rank_agreement": 0.59, "rmse": 1.15},
    "ease": {"ndcg_10": 0.33, "recall_20": 0.37, "regret_10": 0.055},
    "hybrid": {
        "rank_agreement": 0.7, "rmse": 0.8, "ndcg_10": 0.335, "recall_20": 0.37,
        "regret_10": 0.044, "hit_stars_20": 0.47, "signed_ndcg_10": 0.2,
    },
}  # fmt: skip
COSTLY = {"ease", "hybrid"}
"""Evaluated on the first two of the five splits."""


@pytest.fixture(scope="module")
def evaluation():
    return evaluate(ALGORITHMS, RATINGS, MOVIES, n_splits=2, seed=5)


@pytest.fixture(scope="module")
def split():
    return split_ratings(RATINGS, MOVIES, seed=5)


class Oracle:
    """Knows every rating, the held-out ones too."""

    def fit(self, ratings, movies, options):
        return OracleModel(ItemFeatures(ratings.movie_ids, *(np.zeros(s, np.float32) for s in (64, (64, 0), 0))))


class OracleModel(LinearModel):
    def predict(self, profile, movie_indices=None):
        rater = self.rater_with(profile.movie_indices)
        stars = np.zeros(RATINGS.n_movies, dtype=np.float32)
        rated = slice(RATINGS.rater_indptr[rater], RATINGS.rater_indptr[rater + 1])
        stars[RATINGS.movie_indices[rated]] = RATINGS.half_stars[rated] / 2
        return stars if movie_indices is None else stars[movie_indices]

    def rater_with(self, movies):
        for rater in range(RATINGS.n_raters):
            rated = RATINGS.movie_indices[RATINGS.rater_indptr[rater] : RATINGS.rater_indptr[rater + 1]]
            if set(movies) <= set(rated) and len(rated) - len(movies) == round(0.2 * len(rated)):
                return rater
        raise AssertionError("No such rater")


def test_an_oracle_gets_everything_right(split):
    report = merge({"oracle": [evaluate_unit(Oracle(), split)]}).algorithms["oracle"]
    for metric, best in {"rank_agreement": 1, "rmse": 0, "mae": 0, "ndcg_10": 1, "recall_20": 1}.items():
        assert report.metrics[metric].mean == pytest.approx(best), metric


def test_the_json_has_the_agreed_shape(evaluation):
    outcome = json.loads(json.dumps(evaluation.to_json(), allow_nan=False))
    assert outcome["splits"] == 2
    assert outcome["seed"] == 5
    assert set(outcome["algorithms"]) == set(ALGORITHMS)
    for figures in outcome["algorithms"].values():
        assert set(figures) == METRICS | {"segments", "seconds"}
        for metric in METRICS:
            assert set(figures[metric]) == {"mean", "low", "high"}
            assert figures[metric]["low"] <= figures[metric]["mean"] <= figures[metric]["high"]
        assert set(figures["segments"]) <= {"new", "light", "heavy", "popular", "rare"}
        assert figures["seconds"] > 0


def test_segments_of_raters_add_up(evaluation):
    for figures in evaluation.to_json()["algorithms"].values():
        sizes = [segment["raters"] for segment in figures["segments"].values() if "raters" in segment]
        assert sum(sizes) == evaluation.n_raters


def test_every_figure_is_given_by_segment(evaluation):
    segments = evaluation.to_json()["algorithms"]["mean"]["segments"]
    assert set(segments["new"]) == METRICS | {"raters"}
    assert set(segments["popular"]) == METRICS - {"novelty"}
    assert segments["rare"]["coverage"]["mean"] < segments["popular"]["coverage"]["mean"]


def test_differences_are_between_the_estimates(evaluation):
    figures = {name: report.metrics for name, report in evaluation.algorithms.items()}
    for (one, other), differences in evaluation.differences.items():
        for metric, difference in differences.items():
            assert difference.mean == pytest.approx(figures[one][metric].mean - figures[other][metric].mean)
            assert difference.low <= difference.mean <= difference.high
    assert set(evaluation.differences) == {("median", "mean"), ("median", "tag_count"), ("mean", "tag_count")}


def test_an_algorithm_does_not_differ_from_itself(split):
    unit = evaluate_unit(Mean(), split)
    differences = merge({"one": [unit], "same": [unit]}).differences["one", "same"]
    assert all((d.mean, d.low, d.high) == (0, 0, 0) for d in differences.values())


def test_units_can_be_stored_and_merged_later(evaluation):
    units = {name: [] for name in ALGORITHMS}
    for number in range(2):
        part = split_ratings(RATINGS, MOVIES, seed=5 + number)
        for name, chosen in ALGORITHMS.items():
            unit = evaluate_unit(chosen, part, seed=5 + number)
            units[name].append(Unit.from_arrays(unit.to_arrays()))
    later = merge(units, seed=5).to_json()
    now = evaluation.to_json()
    for outcome in (later, now):
        for figures in outcome["algorithms"].values():
            figures.pop("seconds")
    assert later == now


def test_units_of_an_earlier_version_are_not_taken_for_new_ones(split):
    arrays = evaluate_unit(Median(), split).to_arrays()
    arrays["numerators"] = arrays["numerators"][:, :16]
    with pytest.raises(CannotEvaluate, match=r"with 16 figures instead of 25: start a new evaluation\.$"):
        Unit.from_arrays(arrays)


def test_figures_of_an_earlier_version_can_be_read(evaluation):
    figures = evaluation.to_json()
    del figures["algorithms"]["mean"]["regret_10"]
    line = report.table(figures).splitlines()[2]
    assert line.startswith("mean")
    assert line.count("–") == 1


def test_every_metric_knows_which_end_is_the_good_one(split):
    """The oracle is better in all but stars of hits and regret: it finds every held-out movie, disliked ones too."""
    best, other = (merge({"one": [evaluate_unit(a, split)]}).algorithms["one"] for a in (Oracle(), Mean()))
    for name, metric in report.METRICS.items():
        if name not in {"coverage", "novelty", "hit_stars_20", "regret_10"}:
            assert metric.loss(best.metrics[name].mean) < metric.loss(other.metrics[name].mean), name


def test_regret_and_hit_stars_are_those_of_the_lists(split):
    """The lists against the ratings, one rater and one movie at a time; the mean is that of the training ratings."""
    unit = evaluate_unit(Mean(), split)
    hits, disliked = np.zeros((2, unit.raters.size))
    for row, rater in enumerate(unit.raters):
        known, asked = (
            {int(part.movie_indices[i]): part.half_stars[i] / 2 for i in range(*part.rater_indptr[[rater, rater + 1]])}
            for part in (split.train, split.test)
        )
        mean = np.mean(list(known.values()))
        for movie in unit.lists[row].tolist():
            if movie in asked:
                hits[row] += 1
                disliked[row] += asked[movie] <= 2.5 or asked[movie] < mean - 1
    column = COLUMNS.index(("all", "regret_10"))
    np.testing.assert_array_equal(unit.numerators[:, column], disliked)
    np.testing.assert_array_equal(unit.denominators[:, column], hits)
    assert 0 < disliked.sum() < hits.sum()


def test_merging_needs_the_same_splits_for_every_algorithm(split):
    unit = evaluate_unit(Median(), split)
    with pytest.raises(ValueError, match="same splits"):
        merge({"one": [unit], "other": [unit, unit]})


def test_many_at_once_is_the_same_as_one_by_one(split):
    class OneByOne(LinearModel):
        pass

    raters = np.arange(RATINGS.n_raters, dtype=np.int32)
    for chosen in (Mean(), ALS(n_factors=5)):
        model = chosen.fit(split.train, split.movies)
        options = {"list_length": 20, "n_threads": 2, "on_progress": lambda share: None}
        together = answers(model, split, raters, **options)
        singly = answers(OneByOne(model.item_features), split, raters, **options)
        np.testing.assert_allclose(together[0], singly[0], atol=1e-4)
        assert (together[1] == singly[1]).mean() > 0.99


def test_lists_hold_neither_rated_movies_nor_movies_without_a_training_rating(split):
    for chosen in (Mean(popularity_weight=-9.0), TagCount(popularity_weight=-9.0)):  # the least rated first
        unit = evaluate_unit(chosen, split)
        for row, rater in enumerate(unit.raters):
            rated = split.train.movie_indices[split.train.rater_indptr[rater] : split.train.rater_indptr[rater + 1]]
            assert not np.isin(unit.lists[row], rated).any()
        assert (split.train.movie_counts()[unit.lists[unit.lists >= 0]] > 0).all()


def test_a_list_may_be_shorter_than_asked_for():
    """Three movies: everyone has rated all but at most one, which is all that a list can hold."""
    few = RATINGS.take(RATINGS.movie_indices < 3)
    split = split_ratings(few, MOVIES, seed=1)
    unit = evaluate_unit(Mean(), split)
    rated = split.train.rater_counts()[unit.raters]
    np.testing.assert_array_equal((unit.lists >= 0).sum(axis=1), 3 - rated)
    recall = unit.numerators[:, COLUMNS.index(("all", "recall_20"))]
    relevant = [(split.test.half_stars[split.test.rater_indptr[r] :][:1] >= 8).sum() for r in unit.raters]
    np.testing.assert_array_equal(recall, relevant)  # whatever is held out is on such a list


def test_errors_are_those_of_the_predictions(split):
    raters = np.arange(RATINGS.n_raters, dtype=np.int32)
    model = Median().fit(split.train, split.movies)
    predicted, _ = answers(model, split, raters, list_length=20, n_threads=1, on_progress=lambda share: None)
    errors = predicted - split.test.half_stars / 2
    metrics = merge({"median": [evaluate_unit(Median(), split)]}).algorithms["median"].metrics
    assert metrics["rmse"].mean == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-6)
    assert metrics["mae"].mean == pytest.approx(np.mean(np.abs(errors)), rel=1e-6)
    assert metrics["rmse"].low < metrics["rmse"].mean < metrics["rmse"].high


def test_coverage_counts_movies_once(split):
    unit = evaluate_unit(TagCount(), split)
    metrics = merge({"tag_count": [unit]}).algorithms["tag_count"].metrics
    offered = np.count_nonzero(split.train.movie_counts())
    assert metrics["coverage"].mean == pytest.approx(np.unique(unit.lists).size / offered)
    with_one_out = [np.unique(np.delete(unit.lists, row, axis=0)).size / offered for row in range(unit.raters.size)]
    drops = metrics["coverage"].mean - np.array(with_one_out)
    assert metrics["coverage"].high == pytest.approx(jackknife_interval(metrics["coverage"].mean, drops).high)


def test_it_can_measure_a_sample_of_raters(split):
    unit = evaluate_unit(Mean(), split, max_raters=10)
    assert unit.raters.size == unit.lists.shape[0] == unit.numerators.shape[0] == 10
    other = evaluate_unit(Mean(), split, seed=1, max_raters=10)
    assert merge({"mean": [unit, other]}).n_raters == np.union1d(unit.raters, other.raters).size > 10


def test_it_reports_progress_over_all_units():
    shares = []
    evaluate(ALGORITHMS, RATINGS, MOVIES, n_splits=1, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


def test_the_table_has_a_line_for_each_algorithm(evaluation):
    heading, *lines = evaluation.table().splitlines()
    assert "Rank agreement" in heading
    assert "Regret@10   Hit stars@20 Signed nDCG@10" in heading
    assert [line.split()[0] for line in lines] == list(ALGORITHMS)


def test_it_says_what_is_missing():
    with pytest.raises(ValueError, match="at least one algorithm"):
        evaluate({}, RATINGS, MOVIES)
    one_each = RATINGS.take(np.isin(np.arange(RATINGS.n_ratings), RATINGS.rater_indptr[:-1]))
    with pytest.raises(ValueError, match="nothing to hold out"):
        evaluate(ALGORITHMS, one_each, MOVIES)


@pytest.mark.slow
def test_no_algorithm_falls_below_its_floor(dataset_dir: Path):
    """Real ratings are held to figures; generated ones to the order that any ratings with taste in them show."""
    ratings, movies = ratings_and_movies(read_dataset(dataset_dir))
    real = bool(os.environ.get("MOVIELENS_DATA"))
    outcome = {}
    for n_splits, names in ((5, FLOORS.keys() - COSTLY), (2, COSTLY)):
        chosen = {name: algorithm(name) for name in FLOORS if name in names}
        outcome |= evaluate(chosen, ratings, movies, n_splits=n_splits if real else 1).algorithms
    figures = {name: {metric: i.mean for metric, i in report.metrics.items()} for name, report in outcome.items()}
    if real:
        for name, floors in FLOORS.items():
            for metric, floor in floors.items():
                loss = report.METRICS[metric].loss
                assert loss(figures[name][metric]) <= loss(floor), (name, metric, figures[name][metric])
    assert figures["als"]["rank_agreement"] > figures["mean"]["rank_agreement"] > figures["median"]["rank_agreement"]
    assert figures["als"]["rmse"] < figures["mean"]["rmse"] < figures["median"]["rmse"]
