"""What a tuner may change about an algorithm, and what it is to make large."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """The values a hyper-parameter may take, both ends included; whole numbers where both ends are.

    `log` searches ratios instead of differences.
    """

    low: float
    high: float
    log: bool = False

    @property
    def whole(self) -> bool:
        """Whether only whole numbers will do."""
        return isinstance(self.low, int) and isinstance(self.high, int)


SearchSpace = Mapping[str, Range]
"""Ranges by the name of the hyper-parameter."""

Objective = Mapping[str, float]
"""Weights by the name of the metric: the objective is their weighted sum."""

RATINGS_IN_ORDER: Objective = {"rank_agreement": 1.0}
LISTS_THAT_HIT: Objective = {"ndcg_10": 1.0}
BOTH_HEADS: Objective = {"rank_agreement": 1.0, "ndcg_10": 1.0}
"""For an algorithm that predicts ratings with one head and ranks with another: neither knows the other's parameters."""

POPULARITY_WEIGHT: SearchSpace = {"popularity_weight": Range(0.0, 4.0)}
