"""From the units of an evaluation to its figures: pooled over splits, with intervals, segments and differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from recommender.engine.data.types import Bool, Float64, Int32
from recommender.engine.evaluation.intervals import (
    Interval,
    bootstrap_ratios,
    jackknife_interval,
    percentile_interval,
    ratio,
)
from recommender.engine.evaluation.metrics import rater_segments
from recommender.engine.evaluation.report import AlgorithmReport, Evaluation
from recommender.engine.evaluation.splits import SplitKind
from recommender.engine.evaluation.unit import COLUMNS, NOT_OFFERED, POPULAR, RARE, Unit

EVERYONE = "all"
Cell = tuple[str, str]
"""(segment, metric)"""


@dataclass(frozen=True, slots=True, eq=False)
class _Pooled:
    """Sums of one algorithm over its splits: a column per cell; and the drops in coverage, per rater."""

    numerators: Float64
    denominators: Float64
    coverage: dict[str, tuple[float, Float64]]
    seconds: float


def merge(units: Mapping[str, Sequence[Unit]], *, seed: int = 0, split: SplitKind = "random") -> Evaluation:
    """Put the units of all algorithms together.

    Parameters
    ----------
    units : mapping of algorithm name to its units
        The same splits in the same order for every algorithm.
    seed : int
        That of the evaluation; the bootstrap uses it too.
    split : {"random", "temporal"}

    Raises
    ------
    ValueError
        If the algorithms were not measured on the same number of splits.
    """
    n_splits = {len(of_algorithm) for of_algorithm in units.values()}
    if len(n_splits) != 1 or 0 in n_splits:
        raise ValueError("Every algorithm must be measured on the same splits, at least one.")
    all_units = [unit for of_algorithm in units.values() for unit in of_algorithm]
    measured = np.unique(np.concatenate([unit.raters for unit in all_units]))
    n_train = np.zeros(measured.size, dtype=np.int64)
    for unit in all_units:
        n_train[np.searchsorted(measured, unit.raters)] = unit.n_train
    raters = {EVERYONE: np.ones(measured.size, dtype=np.bool_), **rater_segments(n_train)}
    cells = _cells(raters)
    pooled = {name: _pool(of_algorithm, measured, raters, cells) for name, of_algorithm in units.items()}
    replicates = np.split(
        _take_roots(
            bootstrap_ratios(
                np.hstack([sums.numerators for sums in pooled.values()]),
                np.hstack([sums.denominators for sums in pooled.values()]),
                seed=seed,
            ),
            cells * len(pooled),
        ),
        len(pooled),
        axis=1,
    )
    of_name = dict(zip(pooled, replicates, strict=True))
    return Evaluation(
        n_splits=n_splits.pop(),
        seed=seed,
        split=split,
        n_raters=int(measured.size),
        algorithms={name: _figures(sums, of_name[name], cells, raters) for name, sums in pooled.items()},
        differences={
            (one, other): _differences(pooled[one], pooled[other], of_name[one] - of_name[other], cells)
            for one, other in combinations(pooled, 2)
        },
    )


def _cells(raters: Mapping[str, Bool]) -> list[Cell]:
    of_raters = [(segment, metric) for segment in raters for stratum, metric in COLUMNS if stratum == "all"]
    of_movies = [(stratum, metric) for stratum, metric in COLUMNS if stratum != "all"]
    return of_raters + of_movies


def _pool(units: Sequence[Unit], measured: Int32, raters: Mapping[str, Bool], cells: list[Cell]) -> _Pooled:
    numerators, denominators = np.zeros((2, measured.size, len(COLUMNS)))
    for unit in units:
        rows = np.searchsorted(measured, unit.raters)
        numerators[rows] += unit.numerators
        denominators[rows] += unit.denominators
    masks, columns = [], []
    for segment, metric in cells:
        masks.append(raters.get(segment, raters[EVERYONE]))
        columns.append(COLUMNS.index((EVERYONE if segment in raters else segment, metric)))
    mask = np.stack(masks, axis=1)
    return _Pooled(
        numerators=numerators[:, columns] * mask,
        denominators=denominators[:, columns] * mask,
        coverage=_coverage(units, measured, raters),
        seconds=sum(unit.seconds for unit in units),
    )


def _coverage(units: Sequence[Unit], measured: Int32, raters: Mapping[str, Bool]) -> dict[str, tuple[float, Float64]]:
    """Share of the movies on offer that are on somebody's list, and by how much it falls without each rater."""
    everyone = raters[EVERYONE]
    groups = {**dict.fromkeys(("popular", "rare"), everyone), **raters}
    wanted = {"popular": (POPULAR,), "rare": (RARE,)}
    coverage = {}
    for segment, members in groups.items():
        shares, drops = [], np.zeros(measured.size)
        for unit in units:
            kinds = wanted.get(segment, (POPULAR, RARE))
            offered = np.isin(unit.movie_kinds, kinds) & (unit.movie_kinds != NOT_OFFERED)
            rows = np.searchsorted(measured, unit.raters)
            lists = unit.lists
            counted = (lists >= 0) & members[rows, None] & offered[lists]
            times = np.bincount(lists[counted], minlength=offered.size)
            n_offered = max(int(offered.sum()), 1)
            shares.append(np.count_nonzero(times) / n_offered)
            drops[rows] += (counted & (times[lists] == 1)).sum(axis=1) / n_offered / len(units)
        coverage[segment] = (float(np.mean(shares)), drops)
    return coverage


def _take_roots(values: Float64, cells: list[Cell]) -> Float64:
    """Turn mean squared errors into RMSE."""
    squared = np.array([metric == "rmse" for _, metric in cells])
    return np.where(squared, np.sqrt(np.where(squared, values, 0.0)), values)


def _estimates(pooled: _Pooled, cells: list[Cell]) -> Float64:
    return _take_roots(ratio(pooled.numerators.sum(axis=0), pooled.denominators.sum(axis=0)), cells)


def _figures(pooled: _Pooled, replicates: Float64, cells: list[Cell], raters: Mapping[str, Bool]) -> AlgorithmReport:
    estimates = _estimates(pooled, cells)
    segments: dict[str, dict[str, Interval]] = {}
    for column, (segment, metric) in enumerate(cells):
        if not np.isnan(estimates[column]):
            interval = percentile_interval(estimates[column], replicates[:, column])
            segments.setdefault(segment, {})[metric] = interval
    for segment, (share, drops) in pooled.coverage.items():
        if segment in segments:
            segments[segment]["coverage"] = jackknife_interval(share, drops)
    return AlgorithmReport(
        metrics=segments.pop(EVERYONE, {}),
        segments=segments,
        segment_sizes={name: int(mask.sum()) for name, mask in raters.items() if name in segments},
        seconds=pooled.seconds,
    )


def _differences(one: _Pooled, other: _Pooled, replicates: Float64, cells: list[Cell]) -> dict[str, Interval]:
    estimates = _estimates(one, cells) - _estimates(other, cells)
    differences = {
        metric: percentile_interval(estimates[column], replicates[:, column])
        for column, (segment, metric) in enumerate(cells)
        if segment == EVERYONE and not np.isnan(estimates[column])
    }
    (one_share, one_drops), (other_share, other_drops) = one.coverage[EVERYONE], other.coverage[EVERYONE]
    differences["coverage"] = jackknife_interval(one_share - other_share, one_drops - other_drops)
    return differences
