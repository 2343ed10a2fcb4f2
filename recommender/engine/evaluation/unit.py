"""One algorithm on one split: the part of an evaluation that one chunk of a job measures."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.engine.data.types import Arrays, Bool, Float32, Float64, Int8, Int32, Int64
from recommender.engine.evaluation.answers import RatingRows, answers, held_out_stars, means_of
from recommender.engine.evaluation.metrics import (
    GAIN_METRICS,
    LIST_LENGTH,
    LIST_METRICS,
    RATING_METRICS,
    RECALL_LENGTH,
    RELEVANT_STARS,
    gain_sums,
    ideal_gains,
    list_sums,
    popular_movies,
    rating_sums,
    self_information,
)
from recommender.engine.evaluation.splits import CannotEvaluate, Split
from recommender.engine.model.model import Algorithm
from recommender.engine.model.training import TrainingOptions
from recommender.engine.progress import OnProgress, no_progress, subrange

STRATA = ("all", "popular", "rare")
"""Which held-out movies count: all, those of the short head, the others."""
COLUMNS = (
    *((stratum, metric) for stratum in STRATA for metric in RATING_METRICS + LIST_METRICS + GAIN_METRICS),
    ("all", "novelty"),
)
NOT_OFFERED, RARE, POPULAR = 0, 1, 2
FIT_SHARE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """What one algorithm did on one split.

    Attributes
    ----------
    raters : (n_measured,) int32
        Indices of the measured raters, increasing.
    numerators, denominators : (n_measured, n_columns) float64
        The sums behind each metric (`COLUMNS`), per rater.
    lists : (n_measured, 10) int32
        The movies recommended to each rater, -1 where there are none.
    n_train : (n_measured,) int64
        Training ratings of each rater.
    movie_kinds : (n_movies,) int8
        `NOT_OFFERED` (no training rating), `RARE` or `POPULAR`.
    seconds : float
        Fit and measurement.
    """

    raters: Int32
    numerators: Float64
    denominators: Float64
    lists: Int32
    n_train: Int64
    movie_kinds: Int8
    seconds: float

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as named arrays, for an artifact."""
        names = ("raters", "numerators", "denominators", "lists", "n_train", "movie_kinds")
        return {**{name: getattr(self, name) for name in names}, "seconds": np.array([self.seconds])}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> "Unit":
        """Rebuild from `to_arrays`.

        Raises
        ------
        CannotEvaluate
            If an earlier version of the program measured other metrics.
        """
        n_columns = arrays["numerators"].shape[1]
        if n_columns != len(COLUMNS):
            raise CannotEvaluate(
                f"A part of this evaluation was measured by an earlier version of movierec, with {n_columns} figures "
                f"instead of {len(COLUMNS)}: start a new evaluation."
            )
        return cls(
            raters=arrays["raters"],
            numerators=arrays["numerators"],
            denominators=arrays["denominators"],
            lists=arrays["lists"],
            n_train=arrays["n_train"],
            movie_kinds=arrays["movie_kinds"],
            seconds=float(arrays["seconds"][0]),
        )


def evaluate_unit(
    algorithm: Algorithm,
    split: Split,
    *,
    seed: int = 0,
    n_threads: int = 1,
    max_raters: int | None = None,
    on_progress: OnProgress = no_progress,
) -> Unit:
    """Fit an algorithm to the training part and measure it on the held-out part.

    Parameters
    ----------
    algorithm : Algorithm
    split : Split
    seed : int
        For the fit and for the sample of raters.
    n_threads : int
    max_raters : int, optional
        Measure a random sample of so many raters; the fit still uses everyone.
    on_progress : callable, optional
        Called with the share done; it may raise to cancel.
    """
    started = time.perf_counter()
    fitting = subrange(on_progress, 0.0, FIT_SHARE)
    model = algorithm.fit(split.train, split.movies, TrainingOptions(seed, n_threads, fitting))
    raters = raters_to_measure(split, seed, max_raters)
    predicted, lists = answers(
        model,
        split,
        raters,
        list_length=RECALL_LENGTH,
        n_threads=n_threads,
        on_progress=subrange(on_progress, FIT_SHARE, 1.0),
    )
    counts = split.train.movie_counts()
    popular = popular_movies(counts)
    numerators, denominators = _sums(split, raters, predicted, lists, popular, n_threads)
    return Unit(
        raters=raters,
        numerators=numerators,
        denominators=denominators,
        lists=lists[:, :LIST_LENGTH],
        n_train=split.known.rater_counts()[raters],
        movie_kinds=np.where(counts == 0, NOT_OFFERED, np.where(popular, POPULAR, RARE)).astype(np.int8),
        seconds=time.perf_counter() - started,
    )


def _sums(
    split: Split, raters: Int32, predicted: Float32, lists: Int32, popular: Bool, n_threads: int
) -> tuple[Float64, Float64]:
    """Return numerators and denominators of all `COLUMNS`, (n_measured, n_columns) each."""
    test, n_movies = split.test, split.test.n_movies
    asked = RatingRows.of(test, raters)
    rows, movies, stars = asked.row_of_each_rating(), asked.movie_indices, asked.half_stars / 2.0
    means = means_of(split, raters)
    gains, listed = stars - means[rows], held_out_stars(asked, lists, n_movies)
    columns = []
    for mask in (np.ones(n_movies, dtype=np.bool_), popular, ~popular):
        counted = mask[movies]
        indptr = np.concatenate([[0], np.cumsum(np.bincount(rows[counted], minlength=raters.size))])
        columns.append(rating_sums(indptr, stars[counted], predicted[counted], n_threads=n_threads))
        relevant = counted & (stars >= RELEVANT_STARS)
        found = np.where(mask[lists], listed, np.nan)
        columns.append(list_sums(found >= RELEVANT_STARS, np.bincount(rows[relevant], minlength=raters.size)))
        columns.append(gain_sums(found, means, ideal_gains(indptr, gains[counted])))
    columns.append(_novelty(split, lists[:, :LIST_LENGTH]))
    return np.hstack([top for top, _ in columns]), np.hstack([bottom for _, bottom in columns])


def _novelty(split: Split, lists: Int32) -> tuple[Float64, Float64]:
    surprise = self_information(split.train.movie_counts(), int(np.count_nonzero(split.train.rater_counts())))
    offered = lists >= 0
    total = np.where(offered, surprise[lists], 0.0).sum(axis=1, keepdims=True)
    length = offered.sum(axis=1, keepdims=True)
    return total / np.maximum(length, 1), (length > 0).astype(np.float64)


def raters_to_measure(split: Split, seed: int, max_raters: int | None) -> Int32:
    """Return the raters that something is held out of, or a random sample of so many."""
    raters = np.flatnonzero(split.test.rater_counts()).astype(np.int32)
    if max_raters is None or raters.size <= max_raters:
        return raters
    return np.sort(np.random.default_rng(seed).choice(raters, max_raters, replace=False))
