"""The hybrid on a whole dataset: no kind of rater or movie is worse off than with damped means, and intervals hold."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from recommender.engine.evaluation import Split, Unit, evaluate_unit, merge, split_ratings
from recommender.engine.evaluation.dataset import ratings_and_movies
from recommender.engine.evaluation.segments import popular_movies, rater_segments
from recommender.engine.hybrid_model import HybridModel
from recommender.engine.movielens import read_dataset
from recommender.engine.registry import algorithm

pytestmark = pytest.mark.slow
REAL = bool(os.environ.get("MOVIELENS_DATA"))
SPLITS = [("random", 0), ("random", 1), ("temporal", 0)] if REAL else [("random", 0), ("temporal", 0)]


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
    chosen = [each for (of_kind, _), each in measured.items() if of_kind == kind]
    outcome = merge({"hybrid": [each.hybrid for each in chosen], "mean": [each.mean for each in chosen]}, split=kind)
    hybrid, mean = (outcome.algorithms[name].segments for name in ("hybrid", "mean"))
    assert set(hybrid) == {"new", "light", "heavy", "popular", "rare"} or not REAL
    for segment, figures in hybrid.items():
        better = figures["rank_agreement"].mean - mean[segment]["rank_agreement"].mean
        assert better >= 0, f"{segment}: {better:+.4f} of rank agreement"
        assert figures["rmse"].mean <= mean[segment]["rmse"].mean, segment


def test_intervals_hold_four_of_five_held_out_ratings_of_every_segment(measured):
    counts = [each.inside for (kind, _), each in measured.items() if kind == "random"]
    for segment in counts[0]:
        n_inside, n_all = np.sum([of_split[segment] for of_split in counts], axis=0)
        share, allowed = n_inside / max(n_all, 1), 0.02 if segment == "all" else 0.04
        if REAL or n_all > 1000:
            assert abs(share - 0.8) <= allowed, f"{segment}: {share:.3f} of {n_all}"
