"""How wide intervals are, in standard deviations: by the user's number of ratings and by the predicted stars."""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recommender.engine.data.array_shapes import ArrayShape
from recommender.engine.data.types import Arrays, Float32, Float64, Int64

SHARE_INSIDE = 0.8
EIGHTY_PERCENT = 1.2816
"""Half an 80 % interval of the normal distribution, in standard deviations."""
STARS_PER_STEP, MIN_PER_GROUP = 0.25, 250
N_ROUNDS = 2
NARROWEST = 1e-3


@dataclass(frozen=True, eq=False)
class Widths:
    """Half widths of 80 % intervals, measured on ratings that were not fitted.

    Attributes
    ----------
    by_count : (2, n_groups) float64
        Numbers of ratings, increasing; half an interval of users with about that many, in standard deviations.
    by_stars : (2, n_groups) float64
        Predicted stars, increasing; how much wider than usual the intervals around them are.
    """

    array_shapes: ClassVar[tuple[ArrayShape, ...]] = (
        ArrayShape("half_widths", ("float64",), (2, "groups"), optional=True),
        ArrayShape("width_by_stars", ("float64",), (2, "groups of stars"), optional=True),
    )

    by_count: Float64 = field(default_factory=lambda: np.array([[0.0], [EIGHTY_PERCENT]]))
    by_stars: Float64 = field(default_factory=lambda: np.array([[0.0], [1.0]]))

    def for_count(self, n_ratings: Int64 | int) -> Float64:
        """Return half an interval of users with so many ratings, in standard deviations, whatever is predicted."""
        counts, widths = self.by_count
        return np.asarray(np.interp(np.log1p(n_ratings), np.log1p(counts), widths))

    def for_stars(self, predicted: Float32 | Float64) -> Float64:
        """Return how much wider than usual the intervals around these predictions are."""
        return np.asarray(np.interp(predicted, *self.by_stars))

    def measured_by_count(self, n_ratings: Int64, predicted: Float64, deviations: Float64) -> Self:
        """Return widths that hold 80 % of the deviations of users with similar numbers of ratings.

        Parameters
        ----------
        n_ratings : (n,) int64
            Of the user, for each rating that was not fitted.
        predicted : (n,) float64
            On the scale of ratings.
        deviations : (n,) float64
            Distance of each rating from its prediction, in standard deviations.
        """
        step = np.floor(np.log2(n_ratings + 1))
        return replace(self, by_count=_quantiles(deviations / self.for_stars(predicted), n_ratings, step))

    def measured_by_stars(self, n_ratings: Int64, predicted: Float64, deviations: Float64) -> Self:
        """Return widths that hold 80 % of the deviations from similar predictions, parameters as above."""
        step = np.floor(predicted / STARS_PER_STEP)
        return replace(self, by_stars=_quantiles(deviations / self.for_count(n_ratings), predicted, step))

    @classmethod
    def measured(cls, n_ratings: Int64, predicted: Float64, deviations: Float64) -> Self:
        """Return widths that hold 80 % of the deviations in both respects; parameters as above."""
        widths = cls()
        if not deviations.size:
            return widths
        for _ in range(N_ROUNDS):
            widths = widths.measured_by_count(n_ratings, predicted, deviations)
            widths = widths.measured_by_stars(n_ratings, predicted, deviations)
        return widths

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Both as named arrays."""
        return {"half_widths": self.by_count, "width_by_stars": self.by_stars}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Rebuild from `to_arrays`; artifacts of earlier releases may lack one or both."""
        usual = cls()
        return cls(arrays.get("half_widths", usual.by_count), arrays.get("width_by_stars", usual.by_stars))


def _quantiles(deviations: Float64, position: Float64 | Int64, step: Float64) -> Float64:
    """Return the mean position of the ratings of each step and the width that holds 80 % of them, (2, n_groups).

    A step with few ratings is joined with the next.
    """
    order = np.argsort(step, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(step[order])) + 1, order.size)
    starts = [0]
    for end in ends:
        if end - starts[-1] >= MIN_PER_GROUP and order.size - end >= MIN_PER_GROUP:
            starts.append(int(end))
    groups = np.split(order, starts[1:])
    widths = [max(float(np.quantile(deviations[group], SHARE_INSIDE)), NARROWEST) for group in groups]
    return np.array([[float(position[group].mean()) for group in groups], widths])
