"""Fetch what The Movie Database knows of movies: texts, posters, people, keywords, collections, where to watch."""

import contextlib
import logging
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from django.db import connection, transaction
from django.utils import timezone

from recommender.engine.progress import no_progress
from recommender.models import Job, JobChunk, Movie
from recommender.services.catalogue import title_search, tmdb_facts, tmdb_rows
from recommender.services.catalogue.tmdb_client import CannotFetch, NoResponse, TmdbClient
from recommender.services.catalogue.tmdb_response import Metadata
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Outcome, Stage

logger = logging.getLogger(__name__)
Lookup = Future[Metadata | None]
ONE_RUN_AT_A_TIME = 0x7464_6D62
N_CONNECTIONS = 4
MOVIES_PER_BATCH = 40
POLL_SECONDS = 0.25
MAX_CONSECUTIVE_FAILURES = 10
FETCHED = (
    "overview", "tagline", "original_title", "tmdb_titles", "runtime_minutes", "poster_path", "backdrop_path",
    "original_language", "spoken_languages", "countries", "trailer", "collection",
    "metadata_tmdb_id", "metadata_found", "metadata_fetched_at", "metadata_format",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fetched:
    """The outcome of a run, as numbers of movies of the catalogue."""

    updated: int
    unknown: int
    failed: int
    skipped: int
    title_index_is_behind: bool

    @classmethod
    def from_result(cls, result: Mapping[str, Any]) -> Self:
        """Build it from the result of a job."""
        return cls(**{field.name: result[field.name] for field in fields(cls)})

    def __str__(self) -> str:
        return f"{self.updated:,} updated, {self.unknown:,} unknown, {self.failed:,} failed, {self.skipped:,} skipped"


def fetch_metadata(*, on_progress: OnProgress = no_progress) -> Fetched:
    """Ask TMDB about every movie without current metadata, the most rated first, and save each batch as it arrives.

    Only one run at a time sends requests; a second one waits and then fetches what is left. Raises `CannotFetch`, which
    says why, when the run cannot continue.
    """
    client = TmdbClient.from_settings(n_connections=N_CONNECTIONS)
    with _one_run_at_a_time(on_progress):
        n_movies = Movie.objects.count()
        waiting = Movie.objects.awaiting_metadata().values_list("tmdb_id", flat=True)
        tmdb_ids = list(dict.fromkeys(tmdb_id for tmdb_id in waiting if tmdb_id is not None))
        run = _Run(client, on_progress, n_ids=len(tmdb_ids))
        with run.threads():
            for start in range(0, len(tmdb_ids), MOVIES_PER_BATCH):
                run.fetch(tmdb_ids[start : start + MOVIES_PER_BATCH])
    return Fetched(
        updated=run.updated,
        unknown=run.unknown,
        failed=run.failed,
        skipped=n_movies - run.updated - run.unknown - run.failed,
        title_index_is_behind=title_search.is_behind(),
    )


@transaction.atomic
def save(*, metadata_by_id: Mapping[int, Metadata | None]) -> tuple[int, int]:
    """Save metadata by TMDB id, None for ids that TMDB does not know; return how many movies are known and unknown."""
    movies_asked = Movie.objects.filter(tmdb_id__in=metadata_by_id).only("tmdb_id", *FETCHED)
    movies = list(movies_asked.select_for_update().order_by("pk"))
    now = timezone.now()
    found = {movie: _metadata_of(movie, metadata_by_id) for movie in movies}
    known = {movie: metadata or Metadata(id=0) for movie, metadata in found.items()}
    tmdb_rows.save_collections(known)
    for movie, metadata in known.items():
        movie.metadata_tmdb_id, movie.metadata_fetched_at = movie.tmdb_id, now
        movie.metadata_found, movie.metadata_format = found[movie] is not None, Movie.METADATA_FORMAT
        movie.overview, movie.tagline = metadata.kept_overview(), metadata.tagline or ""
        movie.original_title, movie.tmdb_titles = metadata.original_title or "", metadata.kept_titles()
        movie.runtime_minutes = metadata.runtime or movie.runtime_minutes
        movie.poster_path, movie.backdrop_path = metadata.poster_path or movie.poster_path, metadata.backdrop_path
        movie.original_language = metadata.original_language.lower()
        movie.spoken_languages, movie.countries = tmdb_facts.languages(metadata), tmdb_facts.countries(metadata)
        movie.trailer = tmdb_facts.trailer(metadata)
    # The movies first: an import of releases or of IMDb's files locks their table, and then waits for this transaction.
    Movie.objects.bulk_update(movies, FETCHED)
    tmdb_rows.save_rows(known)
    n_found = sum(movie.metadata_found is True for movie in movies)
    return n_found, len(movies) - n_found


def _metadata_of(movie: Movie, metadata_by_id: Mapping[int, Metadata | None]) -> Metadata | None:
    return metadata_by_id[movie.tmdb_id] if movie.tmdb_id is not None else None


@contextlib.contextmanager
def _one_run_at_a_time(on_progress: OnProgress) -> Iterator[None]:
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


class _Run:
    """One run: threads send requests; this thread reports progress, notices a cancellation and saves."""

    def __init__(self, client: TmdbClient, on_progress: OnProgress, n_ids: int) -> None:
        self.updated = self.unknown = self.failed = 0
        self._client, self._on_progress = client, on_progress
        self._n_ids, self._n_done, self._n_consecutive_failures = n_ids, 0, 0
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

    def fetch(self, tmdb_ids: list[int]) -> None:
        """Fetch one batch and save it; finished look-ups are saved even if the run stops."""
        asked = {self._pool.submit(self._client.movie, tmdb_id): tmdb_id for tmdb_id in tmdb_ids}
        try:
            self._wait(set(asked))
        finally:
            self._save({tmdb_id: future for future, tmdb_id in asked.items() if future.done()})
        self._n_done += len(tmdb_ids)

    def _wait(self, pending: set[Lookup]) -> None:
        n_asked = len(pending)
        while pending:
            done, pending = wait(pending, POLL_SECONDS)
            for future in done:
                self._check(future.exception())
            self._report(self._n_done + n_asked - len(pending))

    def _check(self, error: BaseException | None) -> None:
        """Ignore a movie without a response, unless TMDB no longer seems to respond at all."""
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
        message = f"{n_done:,} of {self._n_ids:,} movies, {rate:.1f} a second"
        if (pause := self._client.rate_limit.pause_left()) > 1:
            message = f"{n_done:,} of {self._n_ids:,} movies; TMDB asks us to wait {pause:.0f} s"
        self._on_progress(n_done / self._n_ids, message)

    def _save(self, lookups: Mapping[int, Lookup]) -> None:
        found = {tmdb_id: future.result() for tmdb_id, future in lookups.items() if future.exception() is None}
        updated, unknown = save(metadata_by_id=found)
        failed = [tmdb_id for tmdb_id, future in lookups.items() if isinstance(future.exception(), NoResponse)]
        self.updated, self.unknown = self.updated + updated, self.unknown + unknown
        self.failed += Movie.objects.filter(tmdb_id__in=failed).count() if failed else 0


def _fetch(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    return Outcome(asdict(fetch_metadata(on_progress=on_progress)))


def _due(job: Job) -> dict[str, float]:
    """Return how many movies there are to ask about."""
    return {"movies_due": max(float(Movie.objects.awaiting_metadata().count()), 1.0)}


FETCH = Stage("fetch", "Asking TMDB", _fetch, weight=10, grows_with="movies_due", measure=_due)
