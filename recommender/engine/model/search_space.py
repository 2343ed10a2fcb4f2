"""Which hyper-parameters a tuner searches and people choose, and the objective of a tuning."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Range:
    """The values a hyper-parameter may take, both ends included; whole numbers where both ends are.

    `log` searches on a logarithmic scale.
    """

    low: float
    high: float
    log: bool = False

    @property
    def whole(self) -> bool:
        """Whether the values are whole numbers."""
        return isinstance(self.low, int) and isinstance(self.high, int)


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """A hyper-parameter that people choose when they train, and how to ask for it.

    Attributes
    ----------
    name : str
        The field of the algorithm.
    label, hint : str
        Shown in a form.
    limits : Range
        What the form accepts; an algorithm may accept less.
    """

    name: str
    label: str
    hint: str
    limits: Range


N_FACTORS = Hyperparameter("n_factors", "Rank", "Number of factors", Range(1, 1000))
REGULARIZATION = Hyperparameter("regularization", "Regularisation", "0 or more", Range(0.0, inf))

SearchSpace = Mapping[str, Range]
"""Ranges by the name of the hyper-parameter."""

Objective = Mapping[str, float]
"""Weights by the name of the metric: the objective is their weighted sum."""

RANK_AGREEMENT: Objective = {"rank_agreement": 1.0}
NDCG: Objective = {"ndcg_10": 1.0}
RANK_AGREEMENT_AND_NDCG: Objective = {"rank_agreement": 1.0, "ndcg_10": 1.0}
"""For an algorithm that predicts ratings with one set of parameters and ranks with another."""

POPULARITY_WEIGHT: SearchSpace = {"popularity_weight": Range(0.0, 4.0)}
