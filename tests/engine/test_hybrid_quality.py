"""The hybrid on a whole dataset: no kind of rater or movie is worse off than with damped means, and intervals hold.

Real ratings are held to this in every segment. Generated ones, of few raters with a taste that no genre or year
explains, are held to it as a whole and within chance.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from recommender.engine.evaluation import Split, Unit, evaluate_unit, merge, split_ratings
from recommender.engine.evaluation.dataset import ratings_and_movies
from recommender.engine.evaluation.segments import popular_movies, rater_segments
from recommender.engine.evaluation.unit import COLUMNS
from recommender.engine.hybrid_model import HybridModel
from recommender.engine.movielens import read_dataset
from recommender.engine.registry import algorithm

pytestmark = pytest.mark.slow
REAL = bool(os.environ.get("MOVIELENS_DATA"))
SPLITS = [("random", 0), ("random", 1), ("random", 2), ("temporal", 0)] if REAL else [("random", 0), ("temporal", 0)]


@dataclass(frozen=True)
class Fitted:
    """An algorithm that has been fitted already."""

    model: HybridModel

    def fit(self, *arguments, **options):
        return self.model


@dataclass(frozen=True)
class Measured:
    """One split: the hybrid's and the means' figures, and which held-out ratings lie inside their intervals."""

    hybrid: Unit
    mean: Unit
    inside: dict[str, tuple[int, int]]


@pytest.fixture(scope="module")
def measured(dataset_dir: Path) -> dict[tuple[str, int], Measured]:
    ratings, movies = ratings_and_movies(read_dataset(dataset_dir))
    return {(kind, seed): _measure(split_ratings(ratings, movies, kind=kind, seed=seed), seed) for kind, seed in SPLITS}


def _measure(split: Split, seed: int) -> Measured:
    model = algorithm("hybrid").fit(split.train, split.movies, seed=seed, n_threads=2)
    return Measured(
        hybrid=evaluate_unit(Fitted(model), split, seed=seed),
        mean=evaluate_unit(algorithm("mean"), split, seed=seed),
        inside=_inside(model, split),
    )


def _inside(model: HybridModel, split: Split) -> dict[str, tuple[int, int]]:
    """Count the held-out ratings inside their interval, and all, by segment."""
    inside = np.zeros(split.test.n_ratings, dtype=np.bool_)
    for rater in np.flatnonzero(split.test.rater_counts()):
        known, asked = (slice(*part.rater_indptr[rater : rater + 2]) for part in (split.train, split.test))
        profile = model.fold_in(split.train.movie_indices[known], split.train.half_stars[known])
        low, high = model.interval(profile, split.test.movie_indices[asked])
        stars = split.test.half_stars[asked] / 2
        inside[asked] = (low <= stars) & (stars <= high)
    raters = split.test.row_of_each_rating()
    popular = popular_movies(split.train.movie_counts())[split.test.movie_indices]
    segments = {name: members[raters] for name, members in rater_segments(split.train.rater_counts()).items()}
    segments |= {"all": np.ones(inside.size, dtype=np.bool_), "popular": popular, "rare": ~popular}
    return {name: (int(inside[chosen].sum()), int(chosen.sum())) for name, chosen in segments.items()}


@pytest.mark.parametrize("kind", ["random", "temporal"])
def test_nobody_is_worse_off_than_with_damped_means(measured, kind):
    """In rank agreement beyond what chance explains where there are few raters: 64 new ones on a temporal split."""
    chosen = [each for (of_kind, _), each in measured.items() if of_kind == kind]
    outcome = merge({"hybrid": [each.hybrid for each in chosen], "mean": [each.mean for each in chosen]}, split=kind)
    hybrid, mean = (
        report.segments if REAL else {"all": report.metrics}
        for report in (outcome.algorithms["hybrid"], outcome.algorithms["mean"])
    )
    assert set(hybrid) == ({"new", "light", "heavy", "popular", "rare"} if REAL else {"all"})
    for segment, figures in hybrid.items():
        gain, error, n_raters = _gain_in_agreement(chosen, segment)
        allowed = 0.0 if n_raters > 200 else 2 * error
        assert gain >= -allowed, f"{segment}: {gain:+.4f} ± {2 * error:.4f} of rank agreement, {n_raters} raters"
        rmse = mean[segment]["rmse"]
        assert figures["rmse"].mean <= (rmse.mean if REAL else rmse.high), segment


def _gain_in_agreement(chosen: list[Measured], segment: str) -> tuple[float, float, int]:
    """Return the mean difference over raters, its standard error, and how many raters there are."""
    stratum = segment if segment in ("popular", "rare") else "all"
    column = COLUMNS.index((stratum, "rank_agreement"))
    gains, raters = [], []
    for each in chosen:
        members = rater_segments(each.hybrid.n_train).get(segment, np.ones(each.hybrid.raters.size, dtype=np.bool_))
        counted = members & (each.hybrid.denominators[:, column] > 0)
        gains.append((each.hybrid.numerators - each.mean.numerators)[counted, column])
        raters.append(each.hybrid.raters[counted])
    of_rater, n_gains = (np.bincount(np.concatenate(raters), weights) for weights in (np.concatenate(gains), None))
    mean_gains = of_rater[n_gains > 0] / n_gains[n_gains > 0]
    return float(mean_gains.mean()), float(mean_gains.std() / np.sqrt(mean_gains.size)), int(mean_gains.size)


def test_intervals_hold_four_of_five_held_out_ratings(measured):
    counts = [each.inside for (kind, _), each in measured.items() if kind == "random"]
    for segment in counts[0] if REAL else ("all",):
        n_inside, n_all = np.sum([of_split[segment] for of_split in counts], axis=0)
        share, allowed = n_inside / n_all, 0.02 if segment == "all" and REAL else 0.04
        assert abs(share - 0.8) <= allowed, f"{segment}: {share:.3f} of {n_all}"
