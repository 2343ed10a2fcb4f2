"""The title index: built once into a folder, then opened and searched by any number of threads."""

import json
import secrets
import shutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from math import log1p
from pathlib import Path
from typing import Any, Final

import numpy as np
import tantivy
from tantivy import Occur, Query

from recommender.titles.document import ORDER_FIELDS, TitleDocument, brevity, index_fields, sort_ranks, title_schema
from recommender.titles.manifest import TitleIndexError, checked_count, write_manifest
from recommender.titles.query import BREVITY_WEIGHT, POPULARITY_WEIGHT, Order, TitleQuery, title_queries
from recommender.titles.series import SeriesTitle, find_series
from recommender.titles.text import title_words

__all__ = ["TitleDocument", "TitleHits", "TitleIndex", "TitleIndexError", "TitleQuery", "build_title_index"]

_HEAP_BYTES: Final = 400_000_000
_PROGRESS_EVERY: Final = 1000
_SERIES: Final = "series.json"
# How many of the best matches are ranked again with their popularity.
_RERANKED: Final = 200


@dataclass(frozen=True, slots=True)
class TitleHits:
    """One page of a search.

    Attributes
    ----------
    movie_ids : list of int
        Best first.
    count : int
        How many movies match in all.
    """

    movie_ids: list[int]
    count: int


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
    ordered = sorted(documents, key=lambda document: (-document.rating_count, document.movie_id))
    partial = path.with_name(f"{path.name}.partial-{secrets.token_hex(6)}")
    partial.mkdir(parents=True)
    try:
        _write_index(ordered, partial, on_progress or (lambda _: None))
        (partial / _SERIES).write_text(json.dumps(_series_of(ordered)), encoding="utf-8")
        write_manifest(partial, len(ordered))
        partial.rename(path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return len(ordered)


class TitleIndex:
    """An opened title index. Searching is safe from several threads at once.

    Parameters
    ----------
    path : Path
        A folder written by `build_title_index`.

    Raises
    ------
    TitleIndexError
        If the folder is missing, damaged or of another format.
    """

    def __init__(self, path: Path) -> None:
        self._n_documents = checked_count(path)
        try:
            self._searcher = tantivy.Index.open(str(path)).searcher()
        except ValueError as error:
            raise TitleIndexError(f"The title index {path} cannot be opened ({error}); build it again.") from error

        self.series = _read_series(path)

    def __len__(self) -> int:
        return self._n_documents

    def search(self, query: TitleQuery) -> TitleHits:
        """Return the movies that match what somebody has typed so far.

        Raises
        ------
        ValueError
            If the order is none of those a query can have.
        """
        if query.order != "relevance" and query.order not in ORDER_FIELDS:
            raise ValueError(f"order is {query.order!r}; expected relevance or one of {', '.join(ORDER_FIELDS)}.")
        limit, offset = max(query.limit, 0), max(query.offset, 0)
        order = "popularity" if query.order == "relevance" and not query.text.strip() else query.order
        n_wanted = offset + limit + len(query.exclude)
        matches, found = self._find(query.text, _filters(query), n_wanted, order)
        movie_ids = self._reranked(found.hits) if order == "relevance" else self._values("movie_id", found.hits)
        kept = [movie_id for movie_id in movie_ids if movie_id not in query.exclude]
        count = _count(found)
        if count == len(movie_ids):
            count = len(kept)
        elif query.exclude:
            count -= self._count_among(matches, query.exclude)
        return TitleHits(kept[offset : offset + limit], count)

    def titled(self, title: str, *, limit: int = 50) -> list[int]:
        """Return the movies of exactly this name, or one of their other names, the most rated first.

        Case, accents, punctuation and a leading article do not count; nothing is a beginning or a typo.
        """
        key = " ".join(title_words(title))
        if not key:
            return []
        schema = title_schema()
        query = Query.boolean_query(
            [(Occur.Should, Query.term_query(schema, field, key)) for field in ("exact", "other_exact")]
        )
        found = self._searcher.search(query, limit=limit, order_by_field="popularity_rank", order=tantivy.Order.Asc)
        movie_ids: list[int] = self._values("movie_id", found.hits)
        return movie_ids

    def _find(self, text: str, filters: list[Query], n_wanted: int, order: Order) -> tuple[Query, tantivy.SearchResult]:
        """Return the strictest reading of the text that finds something good, and what it finds.

        Filters narrow what a text finds; they do not change how it is read.
        """
        for attempt, query in enumerate(title_queries(text, self._searcher.doc_freq, self._n_documents)):
            narrowed = [(Occur.Must, query), *((Occur.Must, part) for part in filters)]
            matches = Query.boolean_query(narrowed) if filters else query
            found = self._search(matches, n_wanted, order)
            if self._is_good(found, attempt) or (filters and self._is_good(self._search(query, 2, order), attempt)):
                break
        return matches, found

    def _count_among(self, matches: Query, movie_ids: Collection[int]) -> int:
        """Return how many of these movies match."""
        possible = [movie_id for movie_id in movie_ids if movie_id >= 0]
        among = Query.term_set_query(title_schema(), "movie_id", possible)
        return _count(self._searcher.search(matches.and_must_match(among), limit=1))

    def _search(self, query: Query, n_wanted: int, order: Order) -> tantivy.SearchResult:
        if order == "relevance":
            return self._searcher.search(query, limit=max(n_wanted, _RERANKED))
        field = ORDER_FIELDS[order]
        return self._searcher.search(query, limit=max(n_wanted, 2), order_by_field=field, order=tantivy.Order.Asc)

    def _is_good(self, found: tantivy.SearchResult, attempt: int) -> bool:
        """Say whether there are several matches, or one that somebody has rated; a loose reading needs only one."""
        return _count(found) > (0 if attempt else 2) or any(self._values("rating_count", found.hits))

    def _reranked(self, hits: list[tuple[float, tantivy.DocAddress]]) -> list[int]:
        """Return the movies of the hits, the first of them ordered again with popularity and brevity."""
        movie_ids: list[int] = self._values("movie_id", hits)
        top = hits[:_RERANKED]
        popularity, brevity = (np.array(self._values(field, top)) for field in ("popularity", "brevity"))
        scores = np.array([score for score, _ in top]) + POPULARITY_WEIGHT * popularity + BREVITY_WEIGHT * brevity
        movie_ids[: len(top)] = [movie_ids[i] for i in np.argsort(-scores, kind="stable")]
        return movie_ids

    def _values(self, field: str, hits: list[tuple[Any, tantivy.DocAddress]]) -> list[Any]:
        return self._searcher.fast_field_values(field, [address for _, address in hits])


def _series_of(documents: list[TitleDocument]) -> list[list[int]]:
    titles = [
        SeriesTitle(document.title, document.release_year, frozenset(document.genres), document.alternative_titles)
        for document in documents
    ]
    return [[documents[position].movie_id for position in series] for series in find_series(titles)]


def _read_series(path: Path) -> tuple[tuple[int, ...], ...]:
    """Return the series, each as movie ids in the order of release; an index built before there were any has none."""
    file = path / _SERIES
    if not file.exists():
        return ()
    return tuple(tuple(movie_ids) for movie_ids in json.loads(file.read_text(encoding="utf-8")))


def _count(found: tantivy.SearchResult) -> int:
    count: int = found.count  # type: ignore[attr-defined]  # missing in tantivy's stub
    return count


def _filters(query: TitleQuery) -> list[Query]:
    schema, parts = title_schema(), []
    if query.genre is not None:
        parts.append(Query.term_query(schema, "genre", query.genre.casefold()))
    if query.decade is not None:
        # A decade before the first movie is no unsigned number the index could hold.
        possible = 0 <= query.decade < 10_000
        parts.append(Query.term_query(schema, "decade", query.decade) if possible else Query.empty_query())
    if query.min_ratings > 0:
        parts.append(Query.range_query(schema, "rating_count", tantivy.FieldType.Unsigned, query.min_ratings, None))
    return [Query.const_score_query(part, 0.0) for part in parts]


def _write_index(documents: list[TitleDocument], path: Path, on_progress: Callable[[int], None]) -> None:
    """Add the documents in their order, in one thread, so that their places in the index follow it."""
    writer = tantivy.Index(title_schema(), path=str(path)).writer(heap_size=_HEAP_BYTES, num_threads=1)
    ranks = sort_ranks(documents)
    most = log1p(max((document.rating_count for document in documents), default=0)) or 1.0
    for place, document in enumerate(documents):
        entry = tantivy.Document()
        for name, terms in index_fields(document).items():
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
