"""A run of many requests to TMDB: threads send them; one thread reports progress, notices a cancellation and saves."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final, Generic, TypeVar

from django.db import connection

from recommender.services.catalogue.tmdb_client import CannotFetch, NoResponse, TmdbClient
from recommender.services.jobs.progress import OnProgress

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")
ONE_RUN_AT_A_TIME: Final = 0x7464_6D62
N_CONNECTIONS: Final = 4
POLL_SECONDS: Final = 0.25
MAX_CONSECUTIVE_FAILURES: Final = 10


@contextlib.contextmanager
def one_run_at_a_time(on_progress: OnProgress) -> Iterator[None]:
    """Hold a lock for the whole database, which PostgreSQL releases if this process dies."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_RUN_AT_A_TIME])
            if cursor.fetchone()[0]:
                break
            on_progress(0.0, "Waiting for another run to finish")
            time.sleep(POLL_SECONDS)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_RUN_AT_A_TIME])


class Run(Generic[Answer]):
    """One run: `ask` is called in threads, for ids or pages; `save` in this one, with the answers of a batch.

    `save` also gets the numbers for which TMDB gave no usable response.
    """

    def __init__(
        self,
        on_progress: OnProgress,
        *,
        n_asked: int,
        ask: Callable[[TmdbClient, int], Answer],
        save: Callable[[Mapping[int, Answer], Sequence[int]], None],
        what: str = "movies",
    ) -> None:
        self._client = TmdbClient.from_settings(n_connections=N_CONNECTIONS)
        self._on_progress, self._ask, self._save, self._what = on_progress, ask, save, what
        self.n_asked, self._n_done, self._n_consecutive_failures = n_asked, 0, 0
        self._began = time.monotonic()

    @contextlib.contextmanager
    def threads(self) -> Iterator[None]:
        """Run the threads; if the run stops early, do not wait for them."""
        self._pool = ThreadPoolExecutor(N_CONNECTIONS, thread_name_prefix="tmdb")
        try:
            yield
        finally:
            self._client.rate_limit.stop()
            self._pool.shutdown(wait=False, cancel_futures=True)

    def fetch(self, numbers: Sequence[int]) -> None:
        """Ask about one batch and save it; what has been answered is saved even if the run stops."""
        asked = {self._pool.submit(self._ask, self._client, number): number for number in numbers}
        try:
            self._wait(set(asked))
        finally:
            done = {number: future for future, number in asked.items() if future.done()}
            answers = {number: future.result() for number, future in done.items() if future.exception() is None}
            failed = [number for number, future in done.items() if isinstance(future.exception(), NoResponse)]
            self._save(answers, failed)
        self._n_done += len(numbers)

    def _wait(self, pending: set[Future[Answer]]) -> None:
        n_asked = len(pending)
        while pending:
            done, pending = wait(pending, POLL_SECONDS)
            for future in done:
                self._check(future.exception())
            self._report(self._n_done + n_asked - len(pending))

    def _check(self, error: BaseException | None) -> None:
        """Ignore a request without a response, unless TMDB no longer seems to respond at all."""
        if error is None:
            self._n_consecutive_failures = 0
            return
        if not isinstance(error, NoResponse):
            raise error
        logger.warning("%s", error)
        self._n_consecutive_failures += 1
        if self._n_consecutive_failures == MAX_CONSECUTIVE_FAILURES:
            raise CannotFetch(
                f"TMDB gave no usable response {MAX_CONSECUTIVE_FAILURES} times in a row; the last error: {error}"
            )

    def _report(self, n_done: int) -> None:
        rate = n_done / max(time.monotonic() - self._began, 0.1)
        message = f"{n_done:,} of {self.n_asked:,} {self._what}, {rate:.1f} a second"
        if (pause := self._client.rate_limit.pause_left()) > 1:
            message = f"{n_done:,} of {self.n_asked:,} {self._what}; TMDB asks us to wait {pause:.0f} s"
        self._on_progress(min(n_done / self.n_asked, 1.0), message)
