"""One list for several people: the best on average, or what nobody would dislike."""

from typing import Literal

import numpy as np

from recommender.engine.data.types import Bool, Float32, Float64, Int64
from recommender.engine.lists.reranking import POOL

Strategy = Literal["average", "least_misery"]


def average_scores(scores: Float32) -> Float32:
    """Return one score per movie from those of several people.

    Scores of different people are not comparable, so each is first replaced by ``−log2(place)`` in that person's list,
    of which the mean is taken.

    Parameters
    ----------
    scores : (n_people, n_movies) float32

    Returns
    -------
    (n_movies,) float32
    """
    n_people, n_movies = scores.shape
    utility = np.empty((n_people, n_movies), dtype=np.float32)
    by_place = -np.log2(np.arange(1, n_movies + 1, dtype=np.float32))
    for person in range(n_people):
        utility[person, np.argsort(-scores[person], kind="stable")] = by_place
    return np.asarray(utility.mean(axis=0), dtype=np.float32)


def would_be_disliked(stars: Float32, lowest_stars: Float64) -> Bool:
    """Return which movies at least one person would probably dislike, (n_movies,) bool.

    Parameters
    ----------
    stars : (n_people, n_movies) float32
        Predicted.
    lowest_stars : (n_people,) float64
        What each person is content with; -inf where that is not known yet.
    """
    return np.asarray((stars < lowest_stars[:, None]).any(axis=0))


def least_misery_order(scores: Float32, stars: Float32, lowest_stars: Float64, allowed: Bool) -> Int64:
    """Order movies so that nobody is made to watch what they would dislike; return movie indices, (n_movies,) int64.

    Movies that nobody would dislike come first: of these, the 300 that are best on average, by the lowest of the
    predicted stars (Masthoff 2004, "Group Modeling: Selecting a Sequence of Television Items"), then the
    others, best on average first. The movies that somebody would dislike follow in the same order. Movies that are not
    allowed come last.

    Parameters
    ----------
    scores : (n_people, n_movies) float32
        Ranking scores.
    stars : (n_people, n_movies) float32
        Predicted.
    lowest_stars : (n_people,) float64
        What each person is content with; -inf where that is not known yet.
    allowed : (n_movies,) bool
    """
    average, worst = average_scores(scores), stars.min(axis=0)
    disliked = would_be_disliked(stars, lowest_stars)
    parts = []
    for part in (allowed & ~disliked, allowed & disliked, ~allowed):
        best_on_average = np.flatnonzero(part)[np.argsort(-average[part], kind="stable")]
        best, others = best_on_average[:POOL], best_on_average[POOL:]
        parts += [best[np.argsort(-worst[best], kind="stable")], others]
    return np.concatenate(parts)
