"""Hold-out evaluation: the same splits, metrics, intervals and segments for every algorithm."""

from collections.abc import Mapping

from recommender.engine.catalogue import MovieFeatures
from recommender.engine.evaluation.merge import merge
from recommender.engine.evaluation.report import Evaluation
from recommender.engine.evaluation.splits import SPLIT_KINDS, CannotEvaluate, Split, SplitKind, split_ratings
from recommender.engine.evaluation.unit import Unit, evaluate_unit
from recommender.engine.ratings import RatingMatrix
from recommender.engine.recommender import Algorithm, OnProgress

NOTHING_TO_HOLD_OUT = "There is nothing to hold out: no rater has 3 ratings of movies that others rated too."

__all__ = [
    "NOTHING_TO_HOLD_OUT",
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


def evaluate(
    algorithms: Mapping[str, Algorithm],
    ratings: RatingMatrix,
    movies: MovieFeatures,
    *,
    n_splits: int = 5,
    seed: int = 0,
    split: SplitKind = "random",
    n_threads: int = 2,
    max_raters: int | None = None,
    on_progress: OnProgress | None = None,
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
    max_raters : int, optional
        Measure a random sample of so many raters per split; fits still use everyone.
    on_progress : callable, optional
        Called with the share done; it may raise to cancel.

    Raises
    ------
    CannotEvaluate
        If there is no algorithm, no split, or nothing to hold out.
    """
    if not algorithms or n_splits < 1:
        raise CannotEvaluate("An evaluation needs at least one algorithm and one split.")
    units: dict[str, list[Unit]] = {name: [] for name in algorithms}
    n_units = n_splits * len(algorithms)
    n_done = 0
    for number in range(n_splits):
        part = split_ratings(ratings, movies, kind=split, seed=seed + number)
        if not part.test.n_ratings:
            raise CannotEvaluate(NOTHING_TO_HOLD_OUT)
        for name, algorithm in algorithms.items():
            unit = evaluate_unit(
                algorithm,
                part,
                seed=seed + number,
                n_threads=n_threads,
                max_raters=max_raters,
                on_progress=_part_of(on_progress, n_done, n_units),
            )
            units[name].append(unit)
            n_done += 1
    return merge(units, seed=seed, split=split)


def _part_of(on_progress: OnProgress | None, n_done: int, n_units: int) -> OnProgress | None:
    if on_progress is None:
        return None
    return lambda share: on_progress((n_done + share) / n_units)
