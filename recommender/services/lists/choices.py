"""The algorithms to choose from."""

from dataclasses import dataclass

from recommender.engine.algorithms.registry import ALGORITHMS, FEATURED
from recommender.services.lists import served_model
from recommender.services.versions import serving


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
