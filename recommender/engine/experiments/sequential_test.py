"""When to stop comparing two versions: a confidence sequence for the share of wins, valid at every look."""

from dataclasses import dataclass
from math import log
from typing import Literal

from scipy.optimize import brentq
from scipy.special import betaln

Verdict = Literal["a_is_better", "b_is_better", "no_difference", "go_on"]

ALPHA = 0.05
"""Probability, over the whole experiment, that the true share is ever outside the sequence."""
MEANINGFUL_DIFFERENCE = 0.05
"""A share of wins within this distance of one half is no meaningful difference."""
PRIOR = 10.0
"""Both parameters of the beta mixture: sharpest for shares of wins from about 0.35 to 0.65."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of the share of wins of version A among the lists that have a winner."""

    low: float
    high: float


def bounds(wins_a: int, wins_b: int, *, alpha: float = ALPHA) -> Bounds:
    """Return the current bounds of the confidence sequence.

    For a share ``p``, the likelihood ratio of a beta mixture against ``p``, ::

        M(p) = B(k + a, k + b) / B(k, k) / (pᵃ (1 − p)ᵇ)

    after ``a`` wins of A and ``b`` of B, is a non-negative martingale of mean 1 when ``p`` is true. By Ville's
    inequality it ever reaches ``1/α`` with probability at most ``α``, so the shares where it has not are a confidence
    sequence (Robbins 1970, "Statistical Methods Related to the Law of the Iterated Logarithm"; as a test, the mixture
    sequential probability ratio test of Johari, Koomen, Pekelis and Walsh 2022, "Always Valid Inference").

    Parameters
    ----------
    wins_a, wins_b : int
    alpha : float
        0 … 1.

    Returns
    -------
    Bounds
        0 to 1 before the first win.
    """
    mixture = betaln(PRIOR + wins_a, PRIOR + wins_b) - betaln(PRIOR, PRIOR)

    def excess(p: float) -> float:
        return float(mixture - wins_a * log(p) - wins_b * log(1 - p) + log(alpha))

    n, edge = wins_a + wins_b, 1e-12
    best = min(max(wins_a / n, edge), 1 - edge) if n else 0.5
    low = brentq(excess, edge, best) if excess(edge) > 0 > excess(best) else 0.0
    high = brentq(excess, best, 1 - edge) if excess(1 - edge) > 0 > excess(best) else 1.0
    return Bounds(float(low), float(high))


def verdict(
    wins_a: int, wins_b: int, *, alpha: float = ALPHA, meaningful_difference: float = MEANINGFUL_DIFFERENCE
) -> Verdict:
    """Say which version is better, that there is no meaningful difference, or that it is too early to tell.

    Even when looking after every list and stopping at the first answer, the probability of calling a version better
    that is not is at most `alpha`.
    """
    sure = bounds(wins_a, wins_b, alpha=alpha)
    if sure.low > 0.5:
        return "a_is_better"
    if sure.high < 0.5:
        return "b_is_better"
    if sure.low >= 0.5 - meaningful_difference and sure.high <= 0.5 + meaningful_difference:
        return "no_difference"
    return "go_on"
