"""The movies of a list as people see them: the row from the database, the predicted rating and the reasons."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.engine.data.types import Int32
from recommender.engine.lists.match import among_watched, chances, never_rising
from recommender.engine.lists.reranking import POOL
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import HIGHEST_STARS, LOWEST_STARS, Model
from recommender.models import Movie
from recommender.services.lists.liked_people import LikedPerson
from recommender.services.lists.reasons import Reason, Reasons, start_sentence


@dataclass(frozen=True, slots=True)
class Prediction:
    """The predicted stars, and the bounds that contain the rating 80 times in 100 where the model knows them."""

    stars: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One movie of a list, with its predicted rating and interval, liked movies that speak for it, and a sentence.

    `match_percent` is how likely the user is to like it, and never rises down the list; None without intervals.
    `person` is whom the sentence names.
    """

    movie: Movie
    predicted_stars: float
    interval: tuple[float, float] | None
    reasons: list[Reason]
    sentence: str
    match_percent: int | None = None
    person: LikedPerson | None = None


def predictions_of(model: Model, profile: UserProfile, movie_indices: Int32) -> list[Prediction]:
    """Return the predicted ratings of some movies."""
    stars = np.clip(model.predict(profile, movie_indices), LOWEST_STARS, HIGHEST_STARS).tolist()
    bounds = model.interval(profile, movie_indices)
    intervals = zip(*(bound.tolist() for bound in bounds), strict=True) if bounds else [None] * movie_indices.size
    return [Prediction(*each) for each in zip(stars, intervals, strict=True)]


def matches_of(model: Model, profile: UserProfile, ranking: Int32) -> list[int | None]:
    """Return the match of each movie of a list, given from its first place on: 1 to 99, nothing is certain."""
    found = chances(model, profile, ranking)
    if found is None:
        return [None] * ranking.size
    figures = among_watched(never_rising(found, n_averaged=POOL))
    return [min(max(round(100 * figure), 1), 99) for figure in figures.tolist()]


def read_rows(
    movie_ids: Sequence[int],
    predictions: Sequence[Prediction],
    reasons: Sequence[Reasons],
    matches: Sequence[int | None] | None = None,
    start_with: Collection[int] = (),
) -> list[Recommendation]:
    """Read the movies of a list in one query; those no longer in the catalogue are left out.

    The sentence of a movie in `start_with` says that its series begins with it.
    """
    movies = {movie.pk: movie for movie in Movie.objects.in_order(movie_ids)}
    return [
        Recommendation(
            movies[movie_id],
            predicted.stars,
            predicted.interval,
            why.movies,
            start_sentence(movies[movie_id].title) if movie_id in start_with else why.sentence,
            match,
            None if movie_id in start_with else why.person,
        )
        for movie_id, predicted, why, match in zip(
            movie_ids, predictions, reasons, matches or [None] * len(movie_ids), strict=True
        )
        if movie_id in movies
    ]
