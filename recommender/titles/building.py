"""Builds the title index into a folder, once."""

import json
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from math import log1p
from pathlib import Path
from typing import Final

import tantivy

from recommender.titles.collected_series import all_series
from recommender.titles.document import TitleDocument, brevity, days_ahead, index_fields, sort_ranks, title_schema
from recommender.titles.manifest import COMING, DUPLICATES, FACTS, SERIES, write_manifest
from recommender.titles.series_numbers import Numbers, series_numbers

_HEAP_BYTES: Final = 400_000_000
_PROGRESS_EVERY: Final = 1000


def build_title_index(
    documents: Iterable[TitleDocument], path: Path, *, on_progress: Callable[[int], None] | None = None
) -> int:
    """Write a title index: aside first, then renamed, never changed afterwards.

    Parameters
    ----------
    documents : iterable of TitleDocument
        Held in memory while building.
    path : Path
        The folder to make; a new build takes a new name.
    on_progress : callable, optional
        Told the number of movies indexed so far, every 1000 and at the end. An exception it raises stops the build
        and leaves nothing behind.

    Returns
    -------
    int
        The number of movies.

    Raises
    ------
    FileExistsError
        If `path` exists.
    """
    if path.exists():
        raise FileExistsError(f"The title index folder {path} exists already; build into a new folder name.")
    # Equal scores come back in this order, so popularity decides between equally good titles.
    duplicates: dict[int, int] = {}
    ordered = sorted(_originals(documents, duplicates), key=lambda each: (-each.rating_count, each.movie_id))
    partial = path.with_name(f"{path.name}.partial-{secrets.token_hex(6)}")
    partial.mkdir(parents=True)
    try:
        titles = [document.as_series_title() for document in ordered]
        series = all_series(titles)
        numbers = series_numbers(titles, series, [document.rating_count for document in ordered])
        _write_index(ordered, numbers, partial, on_progress or (lambda _: None))
        in_order = [[ordered[place].movie_id for place in members] for members in series]
        (partial / SERIES).write_text(json.dumps(in_order), encoding="utf-8")
        (partial / DUPLICATES).write_text(json.dumps(list(duplicates.items())), encoding="utf-8")
        (partial / COMING).write_text(json.dumps(days_ahead(ordered)), encoding="utf-8")
        facts = Counter(fact for document in ordered for fact in document.facts)
        (partial / FACTS).write_text(json.dumps(sorted(facts.items())), encoding="utf-8")
        write_manifest(partial, len(ordered))
        partial.rename(path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return len(ordered)


def _originals(documents: Iterable[TitleDocument], duplicates: dict[int, int]) -> Iterator[TitleDocument]:
    """Yield the documents to index; note in `duplicates` those that are the same film as another one."""
    for document in documents:
        if document.duplicate_of is None:
            yield document
        else:
            duplicates[document.movie_id] = document.duplicate_of


def _write_index(
    documents: list[TitleDocument], numbers: dict[int, Numbers], path: Path, on_progress: Callable[[int], None]
) -> None:
    """Add the documents in their order, in one thread, so that their places in the index follow it."""
    writer = tantivy.Index(title_schema(), path=str(path)).writer(heap_size=_HEAP_BYTES, num_threads=1)
    ranks = sort_ranks(documents)
    most = log1p(max((document.rating_count for document in documents), default=0)) or 1.0
    for place, document in enumerate(documents):
        entry = tantivy.Document()
        for name, terms in index_fields(document, numbers.get(place, set())).items():
            for term in terms:
                entry.add_text(name, term)
        for name, number in _numbers(document).items():
            if number is not None:
                entry.add_unsigned(name, number)
        for name, places in ranks.items():
            entry.add_unsigned(name, places[place])
        entry.add_float("popularity", log1p(document.rating_count) / most)
        entry.add_float("brevity", brevity(document))
        writer.add_document(entry)
        if (place + 1) % _PROGRESS_EVERY == 0:
            on_progress(place + 1)
    writer.commit()
    writer.wait_merging_threads()
    on_progress(len(documents))


def _numbers(document: TitleDocument) -> dict[str, int | None]:
    year = document.release_year
    return {
        "movie_id": document.movie_id,
        "year": year,
        "decade": None if year is None else year // 10 * 10,
        "imdb_id": int(document.imdb_id) if document.imdb_id else None,
        "tmdb_id": document.tmdb_id,
        "rating_count": document.rating_count,
    }
