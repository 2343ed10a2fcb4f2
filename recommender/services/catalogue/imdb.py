"""Fetch IMDb's data files and bring all films with enough votes, and their people, into the catalogue."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from recommender.engine.progress import no_progress, subrange
from recommender.formats.imdb.films import Film, add_names, read_films, read_votes
from recommender.formats.imdb.people import Credits, Names, credits_of, read_cast, read_crew, read_names
from recommender.formats.imdb.table import DamagedFile, ImdbError, Skipped
from recommender.models import JobChunk
from recommender.services.catalogue import imdb_merge
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Outcome, Stage
from recommender.services.movielens.download import DownloadError, download
from recommender.services.movielens.release import ONE_IMPORT_AT_A_TIME
from recommender.services.ratings.movie_statistics import lock_movies

FILES: Final = ("title.ratings", "title.basics", "title.akas", "title.crew", "title.principals", "name.basics")
TIMEOUT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a run did."""

    added: int
    updated: int
    unchanged: int
    n_people: int
    n_credits: int
    n_skipped: int

    @classmethod
    def from_result(cls, result: Mapping[str, Any]) -> Self:
        """Build it from the result of a job."""
        return cls(**{field.name: result[field.name] for field in fields(cls)})

    def __str__(self) -> str:
        sentence = (
            f"{self.added:,} movies added, {self.updated:,} updated, {self.unchanged:,} unchanged, with "
            f"{self.n_people:,} people in {self.n_credits:,} credits"
        )
        return f"{sentence}; {self.n_skipped:,} damaged rows skipped" if self.n_skipped else sentence


def fetch(*, on_progress: OnProgress = no_progress) -> Fetched:
    """Download what is new of IMDb's files and merge it; a run that is interrupted is continued by the next one.

    After any error, also one that `on_progress` raises to cancel, the catalogue is as it was; files that have arrived
    are kept.

    Raises
    ------
    DownloadError
        If a file cannot be downloaded.
    ImdbError
        If a file cannot be read; it is removed, so that the next run downloads it again.
    """
    folder = Path(settings.DATA_DIR) / "imdb"
    _download(folder, subrange(on_progress, 0.0, 0.4))
    try:
        return merge(folder, on_progress=subrange(on_progress, 0.4, 1.0))
    except DamagedFile as error:  # or every later run would find it current and fail as well
        error.path.unlink(missing_ok=True)
        raise


def merge(folder: Path, *, on_progress: OnProgress = no_progress) -> Fetched:
    """Merge the files of a folder into the catalogue: all of them or, if one cannot be read, nothing."""
    skipped = Skipped()
    films, people, made_by = _read(folder, subrange(on_progress, 0.0, 0.9), skipped)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_IMPORT_AT_A_TIME])
        on_progress(0.9, "Copying movies and people")
        imdb_merge.stage(cursor, films.values(), people, made_by)
        on_progress(0.93, "Merging movies and people")
        lock_movies(cursor)
        changes = imdb_merge.merge(cursor)
    return Fetched(**asdict(changes), n_skipped=skipped.rows)


def _read(folder: Path, on_progress: OnProgress, skipped: Skipped) -> tuple[dict[int, Film], Names, Credits]:
    def share(start: float, end: float, what: str) -> OnProgress:
        return subrange(on_progress, start, end, f"Reading {what}")

    votes = read_votes(folder, settings.IMDB_MIN_VOTES, on_share=share(0.0, 0.02, "votes"), skipped=skipped)
    on_share = share(0.02, 0.2, "films")
    films = read_films(folder, votes, shorts=settings.IMDB_SHORTS, on_share=on_share, skipped=skipped)
    add_names(folder, films, on_share=share(0.2, 0.4, "other titles"), skipped=skipped)
    rows = read_crew(folder, films, on_share=share(0.4, 0.5, "directors and writers"), skipped=skipped)
    rows += read_cast(folder, films, on_share=share(0.5, 0.9, "casts"), skipped=skipped)
    made_by = credits_of(rows)
    people = np.unique(made_by.people)
    return films, read_names(folder, people, on_share=share(0.9, 1.0, "names"), skipped=skipped), made_by


def _download(folder: Path, on_progress: OnProgress) -> None:
    address = settings.IMDB_URL.rstrip("/")
    for place, name in enumerate(FILES):
        file, part = f"{name}.tsv.gz", subrange(on_progress, place / len(FILES), (place + 1) / len(FILES))

        def report(share: float, message: str = "", *, name: str = name, part: OnProgress = part) -> None:
            part(share, f"{name}: {message}")

        url, target = f"{address}/{file}", folder / file
        download(url=url, target=target, on_progress=report, timeout=TIMEOUT, only_newer=True)


def _fetch(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    return Outcome(asdict(fetch(on_progress=on_progress)))


FETCH = Stage("fetch", "Fetching IMDb's files", _fetch, weight=10)

__all__ = ["FETCH", "DownloadError", "Fetched", "ImdbError", "fetch", "merge"]
