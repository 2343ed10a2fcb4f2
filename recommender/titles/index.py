"""The title index, opened and searched by any number of threads."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import tantivy
from tantivy import Occur, Query

from recommender.titles.all_words import all_words
from recommender.titles.document import (
    ORDER_FIELDS,
    title_schema,
)
from recommender.titles.filters import filters
from recommender.titles.manifest import COMING, DUPLICATES, FACTS, SERIES, TitleIndexError, checked_count
from recommender.titles.query import Facts, Order, TitleQuery, title_queries
from recommender.titles.scores import BREVITY_WEIGHT, POPULARITY_WEIGHT
from recommender.titles.text import title_words

# How many of the best matches are ranked again with their popularity.
_RERANKED: Final = 200
# Looser readings of a query follow unless it finds this many, one of them with this share (of logarithms) of the
# ratings of the most rated movie.
_SEVERAL: Final = 5
_WELL_KNOWN: Final = 0.25


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


class TitleIndex:
    """An opened title index. Searching is safe from several threads at once.

    Parameters
    ----------
    path : Path
        A folder written by `building.build_title_index`.

    Raises
    ------
    TitleIndexError
        If the folder is missing, damaged or of another format.

    Attributes
    ----------
    series : tuple of tuple of int
        The movie ids of each series, in the order of release.
    series_by_movie : dict of int to tuple of int
        The series of each movie that is in one.
    duplicates : dict of int to int
        By the id of a movie that is not found, the id of the same film, which is.
    coming : dict of int to int
        By the id of a movie that was not out when the index was built, the day of its release as a proleptic ordinal.
    facts : dict of str to int
        The facts that filters may ask for, with the number of movies of each.
    """

    def __init__(self, path: Path) -> None:
        self._n_documents = checked_count(path)
        try:
            self._searcher = tantivy.Index.open(str(path)).searcher()
        except ValueError as error:
            raise TitleIndexError(f"The title index {path} cannot be opened ({error}); build it again.") from error

        self.series = tuple(tuple(movie_ids) for movie_ids in _read_list(path / SERIES))
        self.series_by_movie = {movie_id: members for members in self.series for movie_id in members}
        self.duplicates = {pair[0]: pair[1] for pair in _read_list(path / DUPLICATES)}
        self.coming = {pair[0]: pair[1] for pair in _read_list(path / COMING)}
        self.facts: dict[str, int] = dict(_read_list(path / FACTS))

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
        readings = self._read(query.text, filters(query), n_wanted, order)
        movie_ids = list(dict.fromkeys(id for _, found in readings for id in self._in_order(found, order)))
        kept = [movie_id for movie_id in movie_ids if movie_id not in query.exclude]
        if all(_count(found) == len(found.hits) for _, found in readings):
            return TitleHits(kept[offset : offset + limit], len(kept))
        matches = Query.boolean_query([(Occur.Should, matches) for matches, _ in readings])
        count = _count(self._searcher.search(matches, limit=1)) if len(readings) > 1 else _count(readings[0][1])
        if query.exclude:
            count -= self._count_among(matches, query.exclude)
        return TitleHits(kept[offset : offset + limit], count)

    def having(self, facts: Facts) -> list[int]:
        """Return the movies that have a fact of each group, in no order."""
        query = Query.boolean_query([(Occur.Must, part) for part in filters(TitleQuery(facts=facts))])
        found = self._searcher.search(query, limit=max(len(self), 1))
        movie_ids: list[int] = self._values("movie_id", found.hits)
        return movie_ids

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

    def alike(self, title: str, *, limit: int = 50) -> list[int]:
        """Return the movies whose titles have all the words of this one, perhaps among others, the most rated first."""
        words = title_words(title)
        if not words:
            return []
        query = all_words(words)
        found = self._searcher.search(query, limit=limit, order_by_field="popularity_rank", order=tantivy.Order.Asc)
        movie_ids: list[int] = self._values("movie_id", found.hits)
        return movie_ids

    def _read(
        self, text: str, filters: list[Query], n_wanted: int, order: Order
    ) -> list[tuple[Query, tantivy.SearchResult]]:
        """Return the readings of the text, the strictest first, until they find enough, each with what it finds.

        Filters narrow what a text finds; they do not change how it is read.
        """
        readings, knows_one = [], False
        for reading in title_queries(text, self._searcher.doc_freq, self._n_documents):
            if reading.last_resort and knows_one:
                continue
            matches = Query.boolean_query([(Occur.Must, part) for part in (reading.query, *filters)])
            found = self._search(matches if filters else reading.query, n_wanted, order)
            readings.append((matches, found))
            if not self._is_enough(found) and (filters or order != "relevance"):
                found_by_text = self._search(reading.query, 1, "popularity")
            else:
                found_by_text = found
            if self._is_enough(found_by_text):
                break
            knows_one = knows_one or self._has_well_known(found_by_text)
        return readings

    def _count_among(self, matches: Query, movie_ids: Collection[int]) -> int:
        """Return how many of these movies match."""
        possible = [movie_id for movie_id in movie_ids if movie_id >= 0]
        among = Query.term_set_query(title_schema(), "movie_id", possible)
        return _count(self._searcher.search(matches.and_must_match(among), limit=1))

    def _search(self, query: Query, n_wanted: int, order: Order) -> tantivy.SearchResult:
        if order == "relevance":
            return self._searcher.search(query, limit=max(n_wanted, _RERANKED))
        field = ORDER_FIELDS[order]
        return self._searcher.search(query, limit=max(n_wanted, 1), order_by_field=field, order=tantivy.Order.Asc)

    def _is_enough(self, found: tantivy.SearchResult) -> bool:
        return _count(found) >= _SEVERAL and self._has_well_known(found)

    def _has_well_known(self, found: tantivy.SearchResult) -> bool:
        return max(self._values("popularity", found.hits[:_RERANKED]), default=0.0) >= _WELL_KNOWN

    def _in_order(self, found: tantivy.SearchResult, order: Order) -> list[int]:
        return self._reranked(found.hits) if order == "relevance" else self._values("movie_id", found.hits)

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


def _read_list(file: Path) -> list[Any]:
    """Return the list in a file; an index built before there were such lists has none."""
    found: list[Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return found


def _count(found: tantivy.SearchResult) -> int:
    count: int = found.count  # type: ignore[attr-defined]  # missing in tantivy's stub
    return count
