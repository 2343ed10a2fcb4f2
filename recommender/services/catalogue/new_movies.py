"""Bring new and coming films from The Movie Database, and note which movies have changed there."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from django.conf import settings
from django.utils import timezone

from recommender.engine.progress import no_progress, subrange
from recommender.models import Job, JobChunk, Movie
from recommender.services.catalogue import new_films
from recommender.services.catalogue.lookup_response import ChangesPage, Listed, ListPage, LookedUp, page_in
from recommender.services.catalogue.tmdb_client import WITH_THE_MOVIE, TmdbClient
from recommender.services.catalogue.tmdb_response import parse_as
from recommender.services.catalogue.tmdb_run import Run, one_run_at_a_time
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Outcome, Stage

Page = TypeVar("Page", ListPage, ChangesPage)
MAX_LIST_PAGES: Final = 25
"""At most so many pages of 20 films of each list are read, the most looked at or most voted on first."""
MAX_CHANGE_PAGES: Final = 500
LONGEST_CHANGES: Final = timedelta(days=13)
"""TMDB answers about at most 14 days at once."""
PAGES_PER_BATCH: Final = 4
FILMS_PER_BATCH: Final = 40


def add_new(*, on_progress: OnProgress = no_progress) -> int:
    """Add the films of the days around today that enough people look at or have voted on; return how many are new.

    Films that the catalogue has are not asked about, so a run that is repeated goes on where the last one stopped.
    Raises `CannotFetch`, which says why, when no request can succeed.
    """
    today = timezone.now().date()
    first = today - timedelta(days=settings.NEW_MOVIES_SINCE_DAYS)
    last = today + timedelta(days=settings.NEW_MOVIES_AHEAD_DAYS)
    between = {"primary_release_date.gte": first.isoformat(), "primary_release_date.lte": last.isoformat()}
    voted = {"sort_by": "vote_count.desc", "vote_count.gte": str(settings.NEW_MOVIES_MIN_VOTES)}
    with one_run_at_a_time(on_progress):
        tmdb_ids = _listed(between | {"sort_by": "popularity.desc"}, _is_popular, subrange(on_progress, 0.0, 0.1))
        tmdb_ids |= _listed(between | voted, _has_votes, subrange(on_progress, 0.1, 0.2))
        wanted = [tmdb_id for tmdb_id, day in tmdb_ids.items() if day is not None and first <= day <= last]
        here = set(Movie.objects.filter(tmdb_id__in=wanted).values_list("tmdb_id", flat=True))
        return _add([tmdb_id for tmdb_id in wanted if tmdb_id not in here], subrange(on_progress, 0.2, 1.0))


def note_changes(*, since: datetime, on_progress: OnProgress = no_progress) -> int:
    """Let movies that have changed at TMDB since a day be asked about again; return how many.

    Of changes that are more than 13 days old nothing is known: facts are asked for again after `Movie.FRESH_FOR`.
    """
    began = timezone.now()
    if not Movie.objects.filter(metadata_found=True).exists():
        return 0
    fields = {"start_date": max(since, began - LONGEST_CHANGES).date().isoformat()}
    fields["end_date"] = began.date().isoformat()
    n_noted = 0

    def note(pages: Sequence[ChangesPage]) -> bool:
        nonlocal n_noted
        changed = [each.id for page in pages for each in page.results]
        n_noted += Movie.objects.ask_again(changed, fetched_before=began)
        return False

    with one_run_at_a_time(on_progress):
        _read_pages("/movie/changes", fields, ChangesPage, note, on_progress, at_most=MAX_CHANGE_PAGES)
    return n_noted


def _listed(
    fields: Mapping[str, str], is_enough: Callable[[Listed], bool], on_progress: OnProgress
) -> dict[int, date | None]:
    """Return the ids and days of the films of a sorted list, as far as it has such films."""
    found: dict[int, date | None] = {}

    def keep(pages: Sequence[ListPage]) -> bool:
        films = [film for page in pages for film in page.results]
        enough = [film for film in films if is_enough(film)]
        found.update((film.id, film.released_on) for film in enough if film.is_fit)
        return len(enough) < len(films)

    fields = {**fields, "include_adult": "false", "include_video": "false"}
    _read_pages("/discover/movie", fields, ListPage, keep, on_progress, at_most=MAX_LIST_PAGES)
    return found


def _is_popular(film: Listed) -> bool:
    return film.popularity >= settings.NEW_MOVIES_MIN_POPULARITY


def _has_votes(film: Listed) -> bool:
    return film.vote_count >= settings.NEW_MOVIES_MIN_VOTES


def _read_pages(
    path: str,
    fields: Mapping[str, str],
    model: type[Page],
    keep: Callable[[Sequence[Page]], bool],
    on_progress: OnProgress,
    *,
    at_most: int,
) -> None:
    """Read a list page by page until it ends, `keep` says that it is enough, or so many pages have been read."""
    n_pages, is_over = 1, False

    def ask(client: TmdbClient, number: int) -> Page | None:
        return client.ask(path, partial(page_in, model), page=str(number), **fields)

    def save(pages: Mapping[int, Page | None], without: Sequence[int]) -> None:
        nonlocal n_pages, is_over
        found: list[Page] = [page for page in pages.values() if page is not None]
        is_over = keep(found)
        n_pages = max([n_pages, *(min(page.total_pages, at_most) for page in found)])

    run = Run(on_progress, n_asked=n_pages, ask=ask, save=save, what="pages")
    with run.threads():
        start = 1
        while start <= n_pages and not is_over:
            run.n_asked = n_pages
            stop = min(start + PAGES_PER_BATCH, n_pages + 1) if start > 1 else 2
            run.fetch(range(start, stop))
            start = stop


def _add(tmdb_ids: Sequence[int], on_progress: OnProgress) -> int:
    n_added = 0

    def ask(client: TmdbClient, tmdb_id: int) -> LookedUp | None:
        read = partial(parse_as, LookedUp, tmdb_id=tmdb_id)
        return client.ask(f"/movie/{tmdb_id}", read, append_to_response=WITH_THE_MOVIE)

    def store(films: Mapping[int, LookedUp | None], without: Sequence[int]) -> None:
        nonlocal n_added
        n_added += new_films.store(film for film in films.values() if film is not None)[1]

    run = Run(on_progress, n_asked=len(tmdb_ids), ask=ask, save=store)
    with run.threads():
        for start in range(0, len(tmdb_ids), FILMS_PER_BATCH):
            run.fetch(tmdb_ids[start : start + FILMS_PER_BATCH])
    return n_added


def _since(job: Job) -> datetime:
    """Return when the last job that has noted all changes began; the beginning of time if there was none."""
    earlier = Job.objects.filter(kind=job.kind, state=Job.State.SUCCEEDED, created_at__lt=job.created_at)
    before = earlier.order_by("-created_at").values_list("created_at", flat=True).first()
    return before or job.created_at - LONGEST_CHANGES


def _run_add(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    return Outcome({"added": add_new(on_progress=on_progress)})


def _run_note(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    return Outcome({"changed": note_changes(since=_since(chunk.job), on_progress=on_progress)})


ADD = Stage("new_movies", "Adding new movies", _run_add, weight=3, grows_with="")
NOTE_CHANGES = Stage("changes", "Asking what has changed", _run_note, grows_with="")
