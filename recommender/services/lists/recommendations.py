"""Recommend movies to a rater: fold the ratings in, rank, say why, read the movies."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from recommender.engine.algorithms.registry import ALGORITHMS, FEATURED
from recommender.engine.data.types import Int32
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import Model
from recommender.models import Mark, Movie, Rater, Rating
from recommender.services.catalogue.movies import Mine
from recommender.services.lists import dials as reranking
from recommender.services.lists import interleaved, served_model
from recommender.services.lists.reasons import Reason, reasons_for, sentence_of
from recommender.services.versions import serving

EVERYTHING = reranking.Dials()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One movie of a list, with the bounds its rating falls between in four of five cases, and why it is there."""

    movie: Movie
    predicted_stars: float
    interval: tuple[float, float] | None
    reasons: list[Reason]
    sentence: str


@dataclass(frozen=True, slots=True)
class Recommendations:
    """One slice of a rater's list, from one algorithm, and what the rater has said about movies.

    In an experiment `teams` says by movie id whose pick a movie is.
    """

    algorithm: str
    results: list[Recommendation]
    count: int
    mine: Mine
    experiment_id: int | None = None
    teams: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """An algorithm as people can choose it."""

    name: str
    label: str
    description: str
    minimum_ratings: int
    available: bool
    default: bool
    featured: bool


def choices() -> list[Choice]:
    """Return every algorithm, whether a version of it is in service and which one is the default."""
    default, active = served_model.best_in_service(), serving.active_algorithms()
    return [
        Choice(
            name,
            a.label,
            a.description,
            a.minimum_ratings,
            available=name in active,
            default=name == default,
            featured=name in FEATURED or name == default,
        )
        for name, a in ALGORITHMS.items()
    ]


def recommend_for(
    *,
    rater: Rater,
    limit: int,
    offset: int = 0,
    algorithm: str | None = None,
    dials: reranking.Dials = EVERYTHING,
) -> Recommendations:
    """Rank the movies for a rater by the algorithm asked for, or the rater's choice, or the best.

    Movies they have rated or hidden are left out unless the dials say otherwise.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm has no version in service.
    TooFewRatings
        If the rater has fewer ratings than the algorithm needs.
    """
    served = served_model.served(algorithm or served_model.algorithm_of(rater))
    trial = interleaved.of(rater, served.algorithm)
    served = trial.a if trial else served
    rated = Rating.objects.half_stars_by_movie(rater)
    served.require(len(rated))
    mine = Mine(rated, Mark.objects.kinds_by_movie(rater))
    if trial and trial.b.missing(len(rated)) <= 0:
        profile = served.fold_in(rated)
        drafted = interleaved.page(trial, profile, mine, dials, limit=limit, offset=offset)
        results = _results(served.model, profile, drafted.movie_indices)
        return Recommendations(served.algorithm, results, drafted.count, mine, trial.experiment_id, drafted.teams)
    return of_model(served, mine, limit=limit, offset=offset, dials=dials)


def of_model(
    served: served_model.Served, mine: Mine, *, limit: int, offset: int = 0, dials: reranking.Dials = EVERYTHING
) -> Recommendations:
    """Rank the movies by a model for whoever has said this about movies; raise `TooFewRatings`."""
    served.require(len(mine.half_stars))
    profile = served.fold_in(mine.half_stars)
    page = reranking.ranked(served.model, profile, dials, limit=limit, offset=offset, marks=mine.marks)
    return Recommendations(served.algorithm, _results(served.model, profile, page.movie_indices), page.count, mine)


def _results(model: Model, profile: UserProfile, top: Int32) -> list[Recommendation]:
    stars = np.clip(model.predict(profile, top), 0.5, 5.0).tolist()
    bounds = model.interval(profile, top)
    intervals = zip(*(bound.tolist() for bound in bounds), strict=True) if bounds else [None] * top.size
    why = reasons_for(model, profile, top)
    movie_ids = model.movie_ids[top].tolist()
    found = {movie.pk: movie for movie in Movie.objects.in_order(movie_ids)}
    return [
        Recommendation(found[movie_id], predicted, interval, reasons, sentence_of(reasons))
        for movie_id, predicted, interval, reasons in zip(movie_ids, stars, intervals, why, strict=True)
        if movie_id in found
    ]
