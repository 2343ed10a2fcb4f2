"""Recommend movies to a rater: fold the ratings in, rank, read the movies."""

from dataclasses import dataclass

import numpy as np

from recommender.engine.item_features import indices_of
from recommender.engine.registry import ALGORITHMS
from recommender.models import Movie, Rater, Rating
from recommender.services import serving

PREFERRED = ("hybrid", "als")


class UnknownAlgorithm(LookupError):
    """No such algorithm, or none of its versions is in service."""


class TooFewRatings(Exception):
    """The algorithm needs more ratings than the rater has."""

    def __init__(self, algorithm: str, needed: int) -> None:
        movies = "1 more movie" if needed == 1 else f"{needed} more movies"
        super().__init__(f"Rate {movies} to get recommendations from {ALGORITHMS[algorithm].label}.")
        self.needed = needed


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One movie of a list."""

    movie: Movie
    predicted_stars: float


@dataclass(frozen=True, slots=True)
class Recommendations:
    """One slice of a rater's list, from one algorithm."""

    algorithm: str
    results: list[Recommendation]
    count: int


@dataclass(frozen=True, slots=True)
class Choice:
    """An algorithm as people can choose it."""

    name: str
    label: str
    description: str
    minimum_ratings: int
    available: bool
    default: bool


def choices() -> list[Choice]:
    """Return every algorithm, whether a version of it is in service and which one is the default."""
    active = serving.active_algorithms()
    default = default_algorithm() if active.intersection(ALGORITHMS) else None
    return [
        Choice(name, a.label, a.description, a.minimum_ratings, available=name in active, default=name == default)
        for name, a in ALGORITHMS.items()
    ]


def default_algorithm() -> str:
    """Return the best algorithm in service."""
    active = serving.active_algorithms()
    for name in (*PREFERRED, *ALGORITHMS):
        if name in active:
            return name
    raise UnknownAlgorithm("No model is in service yet; train one first.")


def recommend_for(*, rater: Rater, limit: int, offset: int = 0, algorithm: str | None = None) -> Recommendations:
    """Rank all movies the rater has not rated.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm has no version in service.
    TooFewRatings
        If the rater has fewer ratings than the algorithm needs.
    """
    name = algorithm or default_algorithm()
    model = serving.model(name) if name in ALGORITHMS else None
    if model is None:
        raise UnknownAlgorithm(f'"{name}" is not an algorithm in service; see /api/v1/algorithms.')
    rated = Rating.objects.half_stars_by_movie(rater)
    needed = ALGORITHMS[name].minimum_ratings - len(rated)
    if needed > 0:
        raise TooFewRatings(name, needed)
    movie_ids = np.fromiter(rated.keys(), np.int32, len(rated))
    half_stars = np.fromiter(rated.values(), np.int8, len(rated))
    indices, known = indices_of(model.movie_ids, movie_ids)
    profile = model.fold_in(indices, half_stars[known])
    top = model.recommend(profile, n=limit, offset=offset)
    stars = dict(zip(model.movie_ids[top].tolist(), model.predict(profile, top).tolist(), strict=True))
    movies = Movie.objects.in_order(list(stars))
    results = [Recommendation(movie, float(np.clip(stars[movie.pk], 0.5, 5.0))) for movie in movies]
    return Recommendations(name, results, int(model.movie_ids.size - indices.size))
