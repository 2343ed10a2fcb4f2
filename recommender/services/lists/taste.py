"""A rater's taste as a model has learned it, in a form for people to read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.engine.lists.taste_axes import TasteAxis, taste_axes
from recommender.engine.model.model import LinearModel, ParameterGroup
from recommender.models import Rater, Rating
from recommender.services.lists import movie_arrays, served_model
from recommender.services.lists.reasons import titles_of
from recommender.services.ratings import habits

N_AXES = 8


@dataclass(frozen=True, slots=True)
class Axis:
    """A dimension of taste: movies (id, title) at its two ends, and the stars that the liked end is ahead."""

    stars: float
    liked: list[tuple[int, str]]
    other: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Taste:
    """What one model knows about one rater: groups of named figures, and dimensions of taste with example movies.

    `generosity` is not the model's: it says how the rater's stars compare with everybody else's.
    """

    algorithm: str
    n_ratings: int
    generosity: str
    groups: list[ParameterGroup]
    axes: list[Axis]


def taste_of(*, rater: Rater, algorithm: str | None = None) -> Taste:
    """Return what the model in service has learned about a rater.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm has no version in service.
    TooFewRatings
        If the rater has fewer ratings than the algorithm needs.
    """
    served = served_model.for_rater(rater, algorithm)
    rated = Rating.objects.half_stars_by_movie(rater)
    served.require(len(rated))
    profile = served.fold_in(rated)
    axes: list[TasteAxis] = []
    if isinstance(served.model, LinearModel) and isinstance(served.model.item_features.factors, np.ndarray):
        counts = movie_arrays.of(served.model).rating_counts
        axes = taste_axes(served.model.item_features, profile, counts, n_axes=N_AXES)
    generosity = habits.agreement_of(rater=rater).sentence
    return Taste(served.algorithm, len(rated), generosity, served.model.parameters(profile), _named(served, axes))


def _named(served: served_model.Served, axes: Sequence[TasteAxis]) -> list[Axis]:
    ends = [served.model.movie_ids[end].tolist() for axis in axes for end in (axis.liked, axis.other)]
    titles = titles_of({movie_id for end in ends for movie_id in end})
    named = [[(movie_id, titles[movie_id]) for movie_id in end if movie_id in titles] for end in ends]
    return [Axis(axis.stars, liked, other) for axis, liked, other in zip(axes, named[::2], named[1::2], strict=True)]
