"""Hold-out evaluation: the same splits, metrics, intervals and segments for every algorithm."""

from collections.abc import Mapping
from functools import partial

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.evaluation.merge import merge
from recommender.engine.evaluation.report import Evaluation
from recommender.engine.evaluation.side_by_side import SideBySide
from recommender.engine.evaluation.splits import (
    MAX_RATERS,
    N_SPLITS,
    NOTHING_TO_HOLD_OUT,
    SPLIT_KINDS,
    CannotEvaluate,
    Split,
    SplitKind,
    split_ratings,
)
from recommender.engine.evaluation.unit import Unit, evaluate_unit
from recommender.engine.model.model import Algorithm
from recommender.engine.progress import OnProgress, no_progress

__all__ = [
    "MAX_RATERS",
    "NOTHING_TO_HOLD_OUT",
    "N_SPLITS",
    "SPLIT_KINDS",
    "CannotEvaluate",
    "Evaluation",
    "Split",
    "SplitKind",
    "Unit",
    "evaluate",
    "evaluate_unit",
    "merge",
    "split_ratings",
]


MAX_IN_PARALLEL = 2_000_000
"""Fits of more ratings use all threads by themselves, and two at a time would need twice the memory."""


def evaluate(
    algorithms: Mapping[str, Algorithm],
    ratings: RatingMatrix,
    movies: MovieFeatures,
    *,
    n_splits: int = N_SPLITS,
    seed: int = 0,
    split: SplitKind = "random",
    n_threads: int = 2,
    max_raters: int | None = None,
    on_progress: OnProgress = no_progress,
) -> Evaluation:
    """Measure algorithms on the same hold-out splits.

    Parameters
    ----------
    algorithms : mapping of name to Algorithm
    ratings : RatingMatrix
    movies : MovieFeatures
    n_splits : int
        Splits with the seeds ``seed .. seed + n_splits − 1``.
    seed : int
    split : {"random", "temporal"}
    n_threads : int
        So many fits run in parallel with one thread each; large ones run one after the other with all threads.
    max_raters : int, optional
        Measure a random sample of so many raters per split; fits still use all of them.
    on_progress : callable, optional
        Called with the share done; it may raise to cancel.

    Raises
    ------
    CannotEvaluate
        If there is no algorithm, no split, or nothing to hold out.
    """
    if not algorithms or n_splits < 1:
        raise CannotEvaluate("An evaluation needs at least one algorithm and one split.")
    n_workers = n_threads if ratings.n_ratings <= MAX_IN_PARALLEL else 1
    each = max(n_threads // n_workers, 1)
    n_units = n_splits * len(algorithms)
    with SideBySide[Unit](n_units, n_workers=n_workers, on_progress=on_progress) as pieces:
        for number in range(seed, seed + n_splits):
            part = split_ratings(ratings, movies, kind=split, seed=number)
            if not part.test.n_ratings:
                raise CannotEvaluate(NOTHING_TO_HOLD_OUT)
            for algorithm in algorithms.values():
                measure = partial(evaluate_unit, algorithm, part, seed=number, n_threads=each, max_raters=max_raters)
                pieces.start(lambda report, measure=measure: measure(on_progress=report))  # type: ignore[misc]
        units = list(pieces.results())
    of_algorithm = {name: units[place :: len(algorithms)] for place, name in enumerate(algorithms)}
    return merge(of_algorithm, seed=seed, split=split)
