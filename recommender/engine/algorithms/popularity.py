"""How much the number of ratings counts in lists, learned from which movies people go on to rate and like."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np

from native.top_n import top_n
from recommender.engine.algorithms.calibration import most_ratings
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool, Float32, Float64, Int32
from recommender.engine.model.model import LinearModel

WEIGHTS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Stars per unit of ``ln(1 + number of ratings)``; with the last one, little else counts."""
WEIGHT_OF_TOO_FEW = 1.0
N_RATERS = 500
N_LISTED = 10
RELEVANT_HALF_STARS = 8

AnyLinearModel = TypeVar("AnyLinearModel", bound=LinearModel)


def popularity(ratings: RatingMatrix, weight: float) -> Float32:
    """Return ``weight · ln(1 + number of ratings)`` of every movie, (n_movies,) float32.

    Added to predictions when movies are ranked: by predicted rating alone, movies hardly anyone has seen come first.
    """
    return (weight * np.log1p(ratings.movie_counts())).astype(np.float32)


def with_popularity(
    model: AnyLinearModel,
    ratings: RatingMatrix,
    movies: MovieFeatures,
    weight: float,
    fit_to: Callable[[RatingMatrix, MovieFeatures], LinearModel],
    seed: int,
) -> AnyLinearModel:
    """Return the model with the popularity of movies in its rankings.

    Parameters
    ----------
    model : LinearModel
    ratings : RatingMatrix
    movies : MovieFeatures
    weight : float
        0 learns it: the one that ranks a tenth of the ratings best, after a fit to the others.
    fit_to : callable
        Fits the same algorithm to the ratings of `most_ratings`.
    seed : int
    """
    if not weight:
        seen = most_ratings(ratings, seed)
        unseen = movies.without(ratings.rater_ids[ratings.row_of_each_rating()[~seen]], ratings.movie_indices[~seen])
        weight = learned_weight(fit_to(ratings.take(seen), unseen), ratings, seen, seed)
    features = replace(model.item_features, ranking_offsets=popularity(ratings, weight))
    return replace(model, item_features=features)


def learned_weight(model: LinearModel, ratings: RatingMatrix, seen: Bool, seed: int) -> float:
    """Return the smallest weight of popularity whose nDCG@10 on ratings that were not fitted is as good as the best.

    As good is what is within a standard error over raters: a larger weight makes lists more alike, and adds movies that
    are disliked. Relevant are unseen ratings of at least 4 stars, as in evaluations; a sample of raters is enough.

    Parameters
    ----------
    model : LinearModel
        Fitted to the ratings seen.
    ratings : RatingMatrix
    seen : (n_ratings,) bool
    seed : int
        Of the sample.
    """
    relevant = ~seen & (ratings.half_stars >= RELEVANT_HALF_STARS)
    n_relevant = np.add.reduceat(np.append(relevant, False), ratings.rater_indptr[:-1]) * (ratings.rater_counts() > 0)
    asked = np.random.default_rng(seed).permutation(np.flatnonzero(n_relevant))[:N_RATERS]
    if asked.size < 2:
        return WEIGHT_OF_TOO_FEW
    counts = np.bincount(ratings.movie_indices[seen], minlength=ratings.n_movies)
    logs = np.where(counts > 0, np.log1p(counts), -np.inf).astype(np.float32)
    offsets = np.array(WEIGHTS, dtype=np.float32)[:, None] * logs
    found = np.empty((asked.size, len(WEIGHTS)))
    for place, rater in enumerate(asked):
        stored = slice(int(ratings.rater_indptr[rater]), int(ratings.rater_indptr[rater + 1]))
        movies, known = ratings.movie_indices[stored], seen[stored]
        predicted = model.predict(model.fold_in(movies[known], ratings.half_stars[stored][known])).copy()
        predicted[movies[known]] = -np.inf
        found[place] = _ndcg(top_n(predicted + offsets, N_LISTED), movies[relevant[stored]])
    lost = found[:, [int(found.mean(axis=0).argmax())]] - found
    within = lost.mean(axis=0) <= lost.std(axis=0) / np.sqrt(asked.size)
    return WEIGHTS[int(within.argmax())]


def _ndcg(listed: Int32, liked: Int32) -> Float64:
    """Return the nDCG of several lists, (n_lists,) float64."""
    discounts = 1 / np.log2(np.arange(2, N_LISTED + 2))
    gains = np.isin(listed, liked) @ discounts[: listed.shape[1]]
    return np.asarray(gains / discounts[: liked.size].sum())
