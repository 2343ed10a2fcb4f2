"""The algorithms to choose from."""

from dataclasses import dataclass

from recommender.engine.algorithms.registry import ALGORITHMS, BY_PREFERENCE, FEATURED, FOR_TEACHING
from recommender.models import ModelVersion
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
    for_teaching: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """A choice with the figures of its version in service; None where they were not measured."""

    choice: Choice
    ndcg_10: float | None
    rmse: float | None


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
            for_teaching=name in FOR_TEACHING,
        )
        for name, a in ALGORITHMS.items()
    ]


def compared() -> list[Compared]:
    """Return the available algorithms, the highest nDCG@10 first; those without figures follow by preference."""
    metrics = dict(ModelVersion.objects.active().values_list("algorithm", "metrics"))

    def mean(name: str, metric: str) -> float | None:
        return (metrics.get(name, {}).get(metric) or {}).get("mean")

    rows = [Compared(each, mean(each.name, "ndcg_10"), mean(each.name, "rmse")) for each in choices() if each.available]
    return sorted(
        rows, key=lambda row: (row.ndcg_10 is None, -(row.ndcg_10 or 0), BY_PREFERENCE.index(row.choice.name))
    )
