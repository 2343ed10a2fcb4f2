"""The models that make lists: which one is in service, and which one a rater has chosen."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recommender.engine.algorithms.registry import ALGORITHMS, BY_PREFERENCE
from recommender.engine.model.item_features import UserProfile, indices_of
from recommender.engine.model.model import Model
from recommender.models import Preferences, Rater, Rating
from recommender.services.versions import serving


class UnknownAlgorithm(LookupError):
    """No such algorithm, or none of its versions is in service."""


class TooFewRatings(Exception):
    """The algorithm needs more ratings than the rater has."""

    def __init__(self, algorithm: str, needed: int) -> None:
        movies = "1 more movie" if needed == 1 else f"{needed} more movies"
        super().__init__(f"Rate {movies} to get recommendations from {ALGORITHMS[algorithm].label}.")
        self.needed = needed


@dataclass(frozen=True, slots=True)
class Served:
    """An algorithm and its model in service."""

    algorithm: str
    model: Model

    def require(self, n_ratings: int) -> None:
        """Raise `TooFewRatings` if the algorithm needs more."""
        needed = self.missing(n_ratings)
        if needed > 0:
            raise TooFewRatings(self.algorithm, needed)

    def missing(self, n_ratings: int) -> int:
        """Return how many more ratings the algorithm needs; 0 or less if there are enough."""
        return ALGORITHMS[self.algorithm].minimum_ratings - n_ratings

    def fold_in(self, half_stars_by_movie: Mapping[int, int]) -> UserProfile:
        """Fit a user to their ratings; ratings of movies newer than the model do not count."""
        n_ratings = len(half_stars_by_movie)
        movie_ids = np.fromiter(half_stars_by_movie.keys(), np.int32, n_ratings)
        half_stars = np.fromiter(half_stars_by_movie.values(), np.int8, n_ratings)
        indices, known = indices_of(self.model.movie_ids, movie_ids)
        return self.model.fold_in(indices, half_stars[known])


def best_in_service() -> str | None:
    """Return the best algorithm in service whose model can be loaded."""
    active = serving.active_algorithms()
    for name in BY_PREFERENCE:
        if name in active and serving.model(name) is not None:
            return name
    return None


def default_algorithm() -> str:
    """Return the best algorithm in service; raise `UnknownAlgorithm` if there is none."""
    best = best_in_service()
    if best is None:
        raise UnknownAlgorithm("No model is in service; train one first.")
    return best


def served(algorithm: str | None = None) -> Served:
    """Return the model of an algorithm, by default of the best one in service; raise `UnknownAlgorithm`."""
    name = algorithm or default_algorithm()
    model = serving.model(name) if name in ALGORITHMS else None
    if model is None:
        raise UnknownAlgorithm(f'"{name}" is not an algorithm in service; see /api/v1/algorithms.')
    return Served(name, model)


def for_rater(rater: Rater, algorithm: str | None = None) -> Served:
    """Return the model of the algorithm asked for, else of the rater's choice, else of the default."""
    return served(algorithm or algorithm_of(rater))


def algorithm_of(rater: Rater) -> str | None:
    """Return the algorithm a rater has chosen; None if they have not chosen one, or no version of it is in service."""
    chosen = Preferences.objects.filter(rater=rater).values_list("algorithm", flat=True).first()
    return chosen if chosen in serving.active_algorithms() else None


def choose_algorithm(*, rater: Rater, algorithm: str | None) -> None:
    """Use an algorithm for a rater's lists from now on, on every device; None goes back to the site's default.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm has no version in service.
    TooFewRatings
        If the rater has fewer ratings than it needs, so that the list would be empty.
    """
    if algorithm is not None:
        served(algorithm).require(Rating.objects.filter(rater=rater).count())
    Preferences.objects.update_or_create(rater=rater, defaults={"algorithm": algorithm or ""})
