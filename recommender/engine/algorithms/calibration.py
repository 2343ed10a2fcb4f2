"""Calibration: how wide intervals must be to hold 80 % of the ratings, measured on ratings that were not fitted."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

import numpy as np

from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool, Float64, Int64
from recommender.engine.model.model import HIGHEST_STARS, LOWEST_STARS, LinearModel
from recommender.engine.model.widths import Widths

N_RATERS = 2_000
SHARE_UNSEEN = 0.1
LEAST_VARIANCE = 1e-6

AnyLinearModel = TypeVar("AnyLinearModel", bound=LinearModel)


def most_ratings(ratings: RatingMatrix, seed: int) -> Bool:
    """Return which ratings to fit once more, so that intervals are measured on the others, (n_ratings,) bool."""
    return np.random.default_rng(seed).random(ratings.n_ratings) >= SHARE_UNSEEN


def calibrated(
    model: AnyLinearModel, of_seen: LinearModel, ratings: RatingMatrix, seen: Bool, seed: int
) -> AnyLinearModel:
    """Return the model with intervals that hold 80 % of the ratings that the same algorithm has not seen.

    Ratings that were fitted look better predicted than new ones: intervals of `als` based on those held 74 %.

    Parameters
    ----------
    model : LinearModel
    of_seen : LinearModel
        Fitted in the same way, to the ratings seen.
    ratings : RatingMatrix
    seen : (n_ratings,) bool
        `most_ratings`.
    seed : int
        Of the sample of raters.
    """
    parts = list(_unseen(of_seen, ratings, seen, seed))
    if not parts:
        return model
    counts, predicted, deviations = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return replace(model, widths=Widths.measured(counts, predicted, deviations))


def _unseen(
    model: LinearModel, ratings: RatingMatrix, seen: Bool, seed: int
) -> Iterator[tuple[Int64, Float64, Float64]]:
    """Yield number of ratings, prediction and standardised distance of the ratings that a sample of raters left out."""
    n_unseen = np.add.reduceat(np.append(~seen, False), ratings.rater_indptr[:-1]) * (ratings.rater_counts() > 0)
    asked = np.random.default_rng(seed).permutation(np.flatnonzero(n_unseen))[:N_RATERS]
    for rater in asked:
        stored = slice(int(ratings.rater_indptr[rater]), int(ratings.rater_indptr[rater + 1]))
        movies, half_stars, known = ratings.movie_indices[stored], ratings.half_stars[stored], seen[stored]
        profile = model.fold_in(movies[known], half_stars[known])
        variance = model.variance(profile, movies[~known])
        if variance is None:
            continue
        predicted = np.clip(model.predict(profile, movies[~known]).astype(np.float64), LOWEST_STARS, HIGHEST_STARS)
        deviations = np.abs(half_stars[~known] / 2.0 - predicted) / np.sqrt(np.maximum(variance, LEAST_VARIANCE))
        yield np.full(predicted.size, profile.n_ratings), predicted, deviations
