"""Run independent pieces of work in threads; progress is reported, and may raise, in the caller's thread."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Generic, Self, TypeVar

from native.threads import one_blas_thread
from recommender.engine.progress import OnProgress, no_progress

Result = TypeVar("Result")
SECONDS_BETWEEN_REPORTS = 0.1


class Stopped(Exception):
    """Another piece failed, or the caller cancelled: this one ends at its next report."""


class SideBySide(Generic[Result]):
    """At most `n_workers` pieces of work at a time, each with one share of the progress.

    A context manager: an error in it stops the running pieces at their next report.

    Parameters
    ----------
    n_pieces : int
        How many there will be.
    n_workers : int
    on_progress : callable, optional
        Called with the share done (0..1) of all pieces; it may raise to cancel.
    """

    def __init__(self, n_pieces: int, *, n_workers: int, on_progress: OnProgress = no_progress) -> None:
        self._n_pieces, self._n_workers = n_pieces, n_workers
        self._on_progress = on_progress
        self._pool = ThreadPoolExecutor(n_workers)
        self._blas = one_blas_thread()
        self._stopped = threading.Event()
        self._pieces: list[Future[Result]] = []
        self._shares: list[float] = []

    def start(self, work: Callable[[OnProgress], Result]) -> None:
        """Start a piece of work as soon as a worker is free; `work` gets a callback for its progress."""
        self._wait_until(lambda n_running: n_running < self._n_workers)
        number = len(self._pieces)
        self._shares.append(0.0)

        def report(share: float) -> None:
            if self._stopped.is_set():
                raise Stopped
            self._shares[number] = share

        self._pieces.append(self._pool.submit(work, report))

    def results(self) -> Iterator[Result]:
        """Wait for all pieces, and yield their results in the order they were started."""
        self._wait_until(lambda n_running: n_running == 0)
        yield from (piece.result() for piece in self._pieces)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._stopped.set()
        self._pool.shutdown(cancel_futures=True)
        self._blas.restore_original_limits()

    def _wait_until(self, enough: Callable[[int], bool]) -> None:
        while True:
            running = [piece for piece in self._pieces if not piece.done()]
            for piece in self._pieces:
                if piece.done():
                    piece.result()  # raises what went wrong in it
            self._on_progress(sum(self._shares) / self._n_pieces)
            if enough(len(running)):
                return
            wait(running, timeout=SECONDS_BETWEEN_REPORTS, return_when=FIRST_COMPLETED)
