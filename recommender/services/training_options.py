"""What a training can be asked for: the algorithms, their defaults and what they refuse."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from recommender.engine.registry import ALGORITHMS
from recommender.engine.registry import algorithm as registered

OFFERED = ("n_factors", "regularization")


@dataclass(frozen=True, slots=True)
class Option:
    """An algorithm with the defaults of those hyper-parameters that people choose."""

    name: str
    label: str
    defaults: dict[str, Any]


def options() -> list[Option]:
    """Return every algorithm that can be trained."""
    return [Option(name, algorithm.label, _defaults(algorithm)) for name, algorithm in ALGORITHMS.items()]


def check(*, algorithm: str, hyperparameters: Mapping[str, Any]) -> None:
    """Raise `ValueError`, with a sentence, unless the algorithm can be trained with these hyper-parameters."""
    registered(algorithm, **hyperparameters)


def _defaults(algorithm: Any) -> dict[str, Any]:
    return {field.name: getattr(algorithm, field.name) for field in fields(algorithm) if field.name in OFFERED}
