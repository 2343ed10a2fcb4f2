"""Compares a candidate with the version in service: both recipes on the same held-out ratings, paired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.evaluation.intervals import Interval
from recommender.engine.evaluation.merge import merge
from recommender.engine.evaluation.report import METRICS, Evaluation
from recommender.engine.evaluation.splits import NOTHING_TO_HOLD_OUT, CannotEvaluate, SplitKind, split_ratings
from recommender.engine.evaluation.unit import COLUMNS, Unit, evaluate_unit
from recommender.engine.model.model import Algorithm
from recommender.engine.progress import OnProgress, no_progress, subrange

CANDIDATE, ACTIVE = "candidate", "active"
METRIC = "rank_agreement"
GUARDED = ("regret_10", "hit_stars_20", "signed_ndcg_10")
"""Metrics in which a candidate must not be shown to be worse (ADR 18)."""
MIN_RATERS = 30
"""With fewer, the bootstrap's intervals are too narrow to be trusted (Efron and Tibshirani 1993, chapter 12)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate beside the version in service.

    Attributes
    ----------
    evaluation : Evaluation
        Of ``"candidate"`` and ``"active"``.
    n_raters : int
        Raters whose rank agreement is defined.
    margin : float
        How much the candidate may lose.
    guarded : tuple of str
        The metrics of `GUARDED` that enough raters have been measured by.
    """

    evaluation: Evaluation
    n_raters: int
    margin: float
    guarded: tuple[str, ...] = ()

    @property
    def difference(self) -> Interval:
        """Rank agreement of the candidate minus that of the active version, with its paired 95 % interval."""
        return self.difference_in(METRIC)

    @property
    def ranks_well(self) -> bool:
        """Whether the rank agreement is shown to fall by the margin at most: the limit counts, not the estimate."""
        return METRICS[METRIC].loss(self.difference.low) <= self.margin

    @property
    def worse(self) -> tuple[str, ...]:
        """The guarded metrics that get worse by more than the margin, with the whole interval on the wrong side."""
        return tuple(metric for metric in self.guarded if self._is_worse(metric))

    @property
    def accepted(self) -> bool:
        """Whether the candidate ranks well and no guarded metric gets worse."""
        return self.ranks_well and not self.worse

    def figure(self, which: str, metric: str = METRIC) -> Interval:
        """Return a metric of ``"candidate"`` or ``"active"``."""
        return self.evaluation.algorithms[which].metrics[metric]

    def difference_in(self, metric: str) -> Interval:
        """Return a metric of the candidate minus that of the active version, with its paired 95 % interval."""
        return self.evaluation.differences[CANDIDATE, ACTIVE][metric]

    def _is_worse(self, metric: str) -> bool:
        difference, loss = self.difference_in(metric), METRICS[metric].loss
        return loss(difference.mean) > self.margin and min(loss(difference.low), loss(difference.high)) > 0


def judge(
    units: Mapping[str, Sequence[Unit]], *, margin: float, seed: int = 0, kind: SplitKind = "random"
) -> Comparison:
    """Compare the units of ``"candidate"`` and ``"active"``, measured on the same splits and raters.

    Raises
    ------
    CannotEvaluate
        If the rank agreement of fewer than `MIN_RATERS` raters is defined.
    """
    n_raters = _n_raters(units, METRIC)
    if n_raters < MIN_RATERS:
        raise CannotEvaluate(f"Only {n_raters} raters have enough ratings for a comparison; it needs {MIN_RATERS}.")
    guarded = tuple(metric for metric in GUARDED if _n_raters(units, metric) >= MIN_RATERS)
    return Comparison(merge(units, seed=seed, split=kind), n_raters, margin, guarded)


def _n_raters(units: Mapping[str, Sequence[Unit]], metric: str) -> int:
    """Return by how many raters a metric is measured, of the recipe with fewer."""
    column = COLUMNS.index(("all", metric))
    measured = [[unit.raters[unit.denominators[:, column] > 0] for unit in of_recipe] for of_recipe in units.values()]
    return min(int(np.unique(np.concatenate(raters)).size) for raters in measured)


def compare(
    candidate: Algorithm,
    active: Algorithm,
    ratings: RatingMatrix,
    movies: MovieFeatures,
    *,
    margin: float,
    n_splits: int = 1,
    kind: SplitKind = "random",
    seed: int = 0,
    n_threads: int = 1,
    max_raters: int | None = None,
    on_progress: OnProgress = no_progress,
) -> Comparison:
    """Fit both to the same training parts and measure them on the same held-out ratings; identical recipes only once.

    Parameters
    ----------
    candidate, active : Algorithm
        With the hyper-parameters of the two versions.
    ratings : RatingMatrix
    movies : MovieFeatures
    margin : float
        How much rank agreement the candidate may lose, and how small a loss in `GUARDED` is overlooked.
    n_splits : int
        Splits with the seeds ``seed .. seed + n_splits − 1``.
    kind : {"random", "temporal"}
        What is held out, see `split_ratings`.
    seed : int
        Of the splits and of both fits, so that chance favours neither.
    n_threads : int
    max_raters : int, optional
        Measure a random sample of so many raters per split.
    on_progress : callable, optional
        Called with the share done; it may raise to cancel.

    Raises
    ------
    CannotEvaluate
        If the ratings are too few, or a temporal split is asked of ratings without times.
    """
    recipes = {CANDIDATE: candidate} if candidate == active else {CANDIDATE: candidate, ACTIVE: active}
    units: dict[str, list[Unit]] = {CANDIDATE: [], ACTIVE: []}
    n_done, n_units = 0, n_splits * len(recipes)
    for number in range(n_splits):
        split = split_ratings(ratings, movies, kind=kind, seed=seed + number)
        if not split.test.n_ratings:
            raise CannotEvaluate(NOTHING_TO_HOLD_OUT)
        for name, algorithm in recipes.items():
            unit = evaluate_unit(
                algorithm,
                split,
                seed=seed + number,
                n_threads=n_threads,
                max_raters=max_raters,
                on_progress=subrange(on_progress, n_done / n_units, (n_done + 1) / n_units),
            )
            units[name].append(unit)
            n_done += 1
        if ACTIVE not in recipes:
            units[ACTIVE].append(units[CANDIDATE][-1])
    return judge(units, margin=margin, seed=seed, kind=kind)
