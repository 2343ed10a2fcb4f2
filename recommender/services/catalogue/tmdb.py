"""Fetch what The Movie Database knows of movies: texts, posters, people, keywords, collections, where to watch."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from django.db import transaction
from django.utils import timezone

from recommender.engine.progress import no_progress
from recommender.models import Job, JobChunk, Movie
from recommender.services.catalogue import title_search, tmdb_facts, tmdb_rows
from recommender.services.catalogue.tmdb_client import TmdbClient
from recommender.services.catalogue.tmdb_response import Metadata
from recommender.services.catalogue.tmdb_run import Run, one_run_at_a_time
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Outcome, Stage

MOVIES_PER_BATCH = 40
FETCHED = (
    "overview", "tagline", "original_title", "tmdb_titles", "runtime_minutes", "poster_path", "backdrop_path",
    "released_on",
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
    updated = unknown = failed = 0

    def keep(found: Mapping[int, Metadata | None], without: Sequence[int]) -> None:
        nonlocal updated, unknown, failed
        n_known, n_unknown = save(metadata_by_id=found)
        updated, unknown = updated + n_known, unknown + n_unknown
        failed += Movie.objects.filter(tmdb_id__in=without).count() if without else 0

    TmdbClient.from_settings(n_connections=1)  # say what is wrong with the settings before waiting
    with one_run_at_a_time(on_progress):
        n_movies = Movie.objects.count()
        waiting = Movie.objects.awaiting_metadata().values_list("tmdb_id", flat=True)
        tmdb_ids = list(dict.fromkeys(tmdb_id for tmdb_id in waiting if tmdb_id is not None))
        run = Run(on_progress, n_asked=len(tmdb_ids), ask=TmdbClient.movie, save=keep)
        with run.threads():
            for start in range(0, len(tmdb_ids), MOVIES_PER_BATCH):
                run.fetch(tmdb_ids[start : start + MOVIES_PER_BATCH])
    return Fetched(
        updated=updated,
        unknown=unknown,
        failed=failed,
        skipped=n_movies - updated - unknown - failed,
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
        movie.trailer, movie.released_on = tmdb_facts.trailer(metadata), metadata.released_on
    # The movies first: an import of releases or of IMDb's files locks their table, and then waits for this transaction.
    Movie.objects.bulk_update(movies, FETCHED)
    tmdb_rows.save_rows(known)
    n_found = sum(movie.metadata_found is True for movie in movies)
    return n_found, len(movies) - n_found


def _metadata_of(movie: Movie, metadata_by_id: Mapping[int, Metadata | None]) -> Metadata | None:
    return metadata_by_id[movie.tmdb_id] if movie.tmdb_id is not None else None


def _fetch(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    return Outcome(asdict(fetch_metadata(on_progress=on_progress)))


def _due(job: Job) -> dict[str, float]:
    """Return how many movies there are to ask about."""
    return {"movies_due": max(float(Movie.objects.awaiting_metadata().count()), 1.0)}


FETCH = Stage("fetch", "Asking TMDB", _fetch, weight=10, grows_with="movies_due", measure=_due)
