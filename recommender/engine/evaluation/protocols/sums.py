"""One algorithm fitted once, and the sums behind each measure on the splits that share this fit."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from recommender.engine.data.types import Arrays, Float32, Float64, Int32
from recommender.engine.evaluation.answers import RatingRows, answers, held_by_intervals, held_out_stars, means_of
from recommender.engine.evaluation.metrics import RECALL_LENGTH, gain_sums, ideal_gains, rating_sums
from recommender.engine.evaluation.protocols.measures import (
    COVERED,
    GAIN_MEASURES,
    LOWEST_RELEVANT,
    RATING_MEASURES,
    Measure,
)
from recommender.engine.evaluation.splits import Split
from recommender.engine.evaluation.unit import FIT_SHARE, raters_to_measure
from recommender.engine.model.model import Algorithm, Model
from recommender.engine.model.training import TrainingOptions
from recommender.engine.progress import OnProgress, no_progress, subrange


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What one fitted algorithm did on one split.

    Attributes
    ----------
    raters : (n_measured,) int32
        Rows of the raters, increasing.
    numerators, denominators : (n_measured, n_measures) float64
        Each measure is the ratio of two sums over the raters; RMSE is the root of one.
    """

    raters: Int32
    numerators: Float64
    denominators: Float64


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The sums of one fit by condition (the name of a split), and the seconds that fit and measurement took."""

    conditions: Mapping[str, Sums]
    seconds: float

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as named arrays, for an artifact."""
        arrays: dict[str, NDArray[Any]] = {"seconds": np.array([self.seconds])}
        for name, sums in self.conditions.items():
            arrays |= {f"{part}/{name}": getattr(sums, part) for part in Sums.__slots__}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Rebuild from `to_arrays`."""
        names = [name.partition("/")[2] for name in arrays if name.startswith("raters/")]
        conditions = {name: Sums(*(arrays[f"{part}/{name}"] for part in Sums.__slots__)) for name in names}
        return cls(conditions, float(arrays["seconds"][0]))


def measure(
    algorithm: Algorithm,
    splits: Mapping[str, Split],
    measures: Sequence[Measure],
    *,
    seed: int = 0,
    n_threads: int = 1,
    max_raters: int | None = None,
    on_progress: OnProgress = no_progress,
) -> Measured:
    """Fit an algorithm to the training part that some splits share, and measure it on each.

    Parameters
    ----------
    algorithm : Algorithm
    splits : mapping of str to Split
        By condition, at least one, all with the same `train` and `movies`.
    measures : sequence of Measure
    seed : int
        For the fit and for the sample of raters.
    n_threads : int
    max_raters : int, optional
        Measure a random sample of so many raters of each split; the fit still uses everyone.
    on_progress : callable, optional
        Called with the share done; it may raise to cancel.
    """
    started = time.perf_counter()
    first = next(iter(splits.values()))
    fitting = subrange(on_progress, 0.0, FIT_SHARE)
    model = algorithm.fit(first.train, first.movies, TrainingOptions(seed, n_threads, fitting))
    asking = subrange(on_progress, FIT_SHARE, 1.0)
    conditions = {}
    for number, (name, split) in enumerate(splits.items()):
        part = subrange(asking, number / len(splits), (number + 1) / len(splits))
        raters = raters_to_measure(split, seed, max_raters)
        conditions[name] = _sums(model, split, raters, measures, n_threads, part)
    return Measured(conditions, time.perf_counter() - started)


def _sums(
    model: Model, split: Split, raters: Int32, measures: Sequence[Measure], n_threads: int, on_progress: OnProgress
) -> Sums:
    length = max(RECALL_LENGTH, *(each.k for each in measures))
    predicted, lists = answers(model, split, raters, list_length=length, n_threads=n_threads, on_progress=on_progress)
    columns = _of_ratings(split, raters, predicted, n_threads) | _of_gains(split, raters, lists)
    columns |= _of_lists(split, raters, lists, measures)
    if any(each.name == COVERED for each in measures):
        held, n_asked = held_by_intervals(model, split, raters)
        columns[COVERED] = (held.astype(np.float64), n_asked.astype(np.float64))
    chosen = [columns[each.name] for each in measures]
    return Sums(raters, np.stack([top for top, _ in chosen], axis=1), np.stack([low for _, low in chosen], axis=1))


Columns = dict[str, tuple[Float64, Float64]]
"""Numerators and denominators, (n_measured,) each, by the name of the measure."""


def _of_ratings(split: Split, raters: Int32, predicted: Float32, n_threads: int) -> Columns:
    asked = RatingRows.of(split.test, raters)
    sums = rating_sums(asked.indptr, asked.half_stars / 2.0, predicted, n_threads=n_threads)
    return _by_name(RATING_MEASURES, *sums)


def _of_gains(split: Split, raters: Int32, lists: Int32) -> Columns:
    asked, means = RatingRows.of(split.test, raters), means_of(split, raters)
    gains = asked.half_stars / 2.0 - means[asked.row_of_each_rating()]
    found = held_out_stars(asked, lists[:, :RECALL_LENGTH], split.test.n_movies)
    return _by_name(GAIN_MEASURES, *gain_sums(found, means, ideal_gains(asked.indptr, gains)))


def _of_lists(split: Split, raters: Int32, lists: Int32, measures: Sequence[Measure]) -> Columns:
    asked = RatingRows.of(split.test, raters)
    stars, rows = asked.half_stars / 2.0, asked.row_of_each_rating()
    found = held_out_stars(asked, lists, split.test.n_movies)
    columns = {}
    for each in measures:
        if each.definition is None:
            continue
        lowest = LOWEST_RELEVANT[each.relevance]
        n_relevant = np.bincount(rows[stars >= lowest], minlength=raters.size)
        defined = (n_relevant > 0).astype(np.float64)
        columns[each.name] = (each.definition(found[:, : each.k] >= lowest, n_relevant) * defined, defined)
    return columns


def _by_name(measures: Sequence[Measure], numerators: Float64, denominators: Float64) -> Columns:
    return {each.name: (numerators[:, n], denominators[:, n]) for n, each in enumerate(measures)}
