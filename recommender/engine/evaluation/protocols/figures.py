"""From the sums of a protocol's rounds to its figures: means over the rounds, intervals, differences from baselines."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.engine.data.types import Float64, Int32
from recommender.engine.evaluation.intervals import Interval, bootstrap_ratios, percentile_interval, ratio
from recommender.engine.evaluation.protocols.measures import RMSE, Measure
from recommender.engine.evaluation.protocols.sums import Measured, Sums

ByMeasure = dict[str, Interval]
"""An interval by the name of the measure; a measure that no rater defines is missing."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one protocol on one dataset.

    Attributes
    ----------
    algorithms : algorithm → condition → measure → interval
    differences : baseline → algorithm → condition → measure → interval
        The algorithm minus the baseline, paired over raters.
    n_raters : condition → how many raters were measured, in all rounds
    seconds : algorithm → seconds of all fits and measurements
    """

    algorithms: dict[str, dict[str, ByMeasure]]
    differences: dict[str, dict[str, dict[str, ByMeasure]]]
    n_raters: dict[str, int]
    seconds: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "raters": self.n_raters,
            "algorithms": {name: _plain(figures) for name, figures in self.algorithms.items()},
            "differences": {
                baseline: {name: _plain(figures) for name, figures in others.items()}
                for baseline, others in self.differences.items()
            },
            "seconds": {name: round(seconds, 3) for name, seconds in self.seconds.items()},
        }


def figures(
    measured: Mapping[str, Sequence[Measured]], measures: Sequence[Measure], baselines: Iterable[str], *, seed: int = 0
) -> Figures:
    """Put the rounds of all algorithms together.

    A figure is the mean over the rounds, as publications have it. Raters are resampled, each with all their rounds
    and for all algorithms alike, so that differences are paired.

    Parameters
    ----------
    measured : mapping of algorithm name to its rounds
        The same rounds, with the same conditions and raters, for every algorithm.
    measures : sequence of Measure
        Those that were measured, in this order.
    baselines : iterable of str
        Algorithms that the others are compared with.
    seed : int
        Of the bootstrap.
    """
    conditions = list(next(iter(measured.values()))[0].conditions)
    outcome = Figures({name: {} for name in measured}, {name: {} for name in baselines}, {}, {})
    for condition in conditions:
        rounds = {name: [each.conditions[condition] for each in parts] for name, parts in measured.items()}
        raters = np.unique(np.concatenate([sums.raters for sums in next(iter(rounds.values()))]))
        outcome.n_raters[condition] = int(raters.size)
        found = {name: _resampled(sums, raters, measures, seed) for name, sums in rounds.items()}
        for name, (estimates, replicates) in found.items():
            outcome.algorithms[name][condition] = _intervals(estimates, replicates, measures)
            for baseline, others in outcome.differences.items():
                if name != baseline:
                    estimate, other = found[baseline]
                    others.setdefault(name, {})[condition] = _intervals(
                        estimates - estimate, replicates - other, measures
                    )
    for name, parts in measured.items():
        outcome.seconds[name] = sum(each.seconds for each in parts)
    return outcome


def _resampled(
    rounds: Sequence[Sums], raters: Int32, measures: Sequence[Measure], seed: int
) -> tuple[Float64, Float64]:
    """Return the estimates, (n_measures,), and their replicates, (n_replicates, n_measures)."""
    numerators, denominators = np.zeros((2, raters.size, len(rounds), len(measures)))
    for number, sums in enumerate(rounds):
        rows = np.searchsorted(raters, sums.raters)
        numerators[rows, number], denominators[rows, number] = sums.numerators, sums.denominators
    estimates = ratio(numerators.sum(axis=0), denominators.sum(axis=0))
    flat = (raters.size, len(rounds) * len(measures))
    replicates = bootstrap_ratios(numerators.reshape(flat), denominators.reshape(flat), seed=seed)
    return (
        _mean_of_rounds(estimates[None], measures)[0],
        _mean_of_rounds(replicates.reshape(-1, len(rounds), len(measures)), measures),
    )


def _mean_of_rounds(values: Float64, measures: Sequence[Measure]) -> Float64:
    """Return (n, n_measures) of (n, n_rounds, n_measures); of RMSE the roots, of rounds without a value nothing."""
    squared = np.array([each is RMSE for each in measures])
    values = np.where(squared, np.sqrt(np.where(squared, values, 0.0)), values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a measure that no round has is NaN, as it should be
        return np.asarray(np.nanmean(values, axis=1))


def _intervals(estimates: Float64, replicates: Float64, measures: Sequence[Measure]) -> ByMeasure:
    return {
        each.name: percentile_interval(estimates[column], replicates[:, column])
        for column, each in enumerate(measures)
        if not np.isnan(estimates[column])
    }


def _plain(figures: Mapping[str, ByMeasure]) -> dict[str, Any]:
    return {
        condition: {name: interval.to_json() for name, interval in by_measure.items()}
        for condition, by_measure in figures.items()
    }
