"""How far a benchmark is, and how long the rest will take, judged by the fits that are finished."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Protocol


class Report(Protocol):
    """Takes the share done (0..1), what is being done, and the seconds left where they are known."""

    def __call__(self, share: float, message: str = "", *, seconds_left: float | None = None) -> None: ...


def no_report(share: float, message: str = "", *, seconds_left: float | None = None) -> None:
    """Report to nobody."""


class Fit(NamedTuple):
    """What one fit is of."""

    dataset: str
    protocol: str
    algorithm: str


class Pace:
    """Counts finished fits; a fit is expected to take as long as the most similar finished ones.

    Fits differ a hundredfold in cost, so the share of finished ones would be a poor guide to the time that is left. An
    algorithm that has not been fitted yet is expected to take as long as the slowest so far.
    """

    def __init__(self, planned: Iterable[Fit], on_progress: Report) -> None:
        self._left = Counter(planned)
        self._n_planned = self._left.total()
        self._seconds: defaultdict[Fit, list[float]] = defaultdict(list)
        self._on_progress = on_progress
        self._lock = threading.Lock()

    def finished(self, fit: Fit, seconds: float) -> None:
        """Count a fit; called from any thread."""
        with self._lock:
            self._left[fit] -= 1
            self._seconds[fit].append(seconds)

    def report(self, dataset: str, protocol: str, n_workers: int) -> None:
        """Report what is being done; called from the thread that may be cancelled."""
        with self._lock:
            n_left = self._left.total()
            seconds = self._seconds_left()
        done = self._n_planned - n_left
        self._on_progress(
            done / max(self._n_planned, 1),
            f"{protocol} on {dataset}, {done} of {self._n_planned} fits",
            seconds_left=None if seconds is None else seconds / n_workers,
        )

    def _seconds_left(self) -> float | None:
        """Return the seconds of all fits that are left, one after the other; None as long as nothing is known."""
        if not self._seconds:
            return None
        return sum(n * self._expected(fit) for fit, n in self._left.items() if n)

    def _expected(self, fit: Fit) -> float:
        closest = max(_alike(fit, other) for other in self._seconds)
        found = [sum(each) / len(each) for other, each in self._seconds.items() if _alike(fit, other) == closest]
        same_algorithm, *_ = closest
        return sum(found) / len(found) if same_algorithm else max(found)


def _alike(fit: Fit, other: Fit) -> tuple[bool, bool, bool]:
    """Return how alike two fits are: the algorithm says most about their cost."""
    return fit.algorithm == other.algorithm, fit.protocol == other.protocol, fit.dataset == other.dataset
