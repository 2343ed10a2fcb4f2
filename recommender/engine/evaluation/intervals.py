"""95 % intervals over users: bootstrap for ratios of sums, jackknife for coverage."""

from dataclasses import dataclass

import numpy as np

from recommender.engine.data.types import Float64

N_REPLICATES = 1000
REPLICATES_PER_BLOCK = 50
TWO_SIDED_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the limits of its 95 % interval."""

    mean: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        """Return the three figures."""
        return {"mean": round(self.mean, 6), "low": round(self.low, 6), "high": round(self.high, 6)}


def bootstrap_ratios(
    numerators: Float64, denominators: Float64, *, n_replicates: int = N_REPLICATES, seed: int = 0
) -> Float64:
    """Return ratios of column sums under resampling of the rows (Efron 1979), (n_replicates, n_columns) float64.

    All columns see the same resamples, so a difference between two columns is paired. NaN where no resampled user
    has a denominator.

    Parameters
    ----------
    numerators, denominators : (n_users, n_columns) float64
    n_replicates : int
    seed : int
    """
    n_users, n_columns = numerators.shape
    rng = np.random.default_rng(seed)
    ratios = np.full((n_replicates, n_columns), np.nan)
    if not n_users:
        return ratios
    for start in range(0, n_replicates, REPLICATES_PER_BLOCK):
        n = min(REPLICATES_PER_BLOCK, n_replicates - start)
        times = np.stack([np.bincount(rng.integers(n_users, size=n_users), minlength=n_users) for _ in range(n)])
        ratios[start : start + n] = ratio(times @ numerators, times @ denominators)
    return ratios


def ratio(numerators: Float64, denominators: Float64) -> Float64:
    """Divide element by element; NaN where the denominator is 0."""
    undefined = np.full(np.shape(numerators), np.nan)
    return np.asarray(np.divide(numerators, denominators, out=undefined, where=denominators > 0))


def percentile_interval(estimate: float, replicates: Float64) -> Interval:
    """Return the estimate with the central 95 % of its replicates."""
    defined = replicates[~np.isnan(replicates)]
    low, high = np.percentile(defined, [2.5, 97.5]) if defined.size else (estimate, estimate)
    return Interval(float(estimate), float(low), float(high))


def jackknife_interval(estimate: float, drops: Float64) -> Interval:
    """Return the estimate with a normal interval from leaving out one user at a time (Tukey 1958).

    The bootstrap does not suit a count of distinct things: a resample repeats users and so always has fewer.

    Parameters
    ----------
    estimate : float
    drops : (n_users,) float64
        By how much the estimate falls without each user.
    """
    n_users = max(drops.size, 1)
    spread = float(np.sum((drops - drops.mean()) ** 2)) if drops.size else 0.0
    half = TWO_SIDED_95 * float(np.sqrt(spread * (n_users - 1) / n_users))
    return Interval(estimate, estimate - half, estimate + half)
