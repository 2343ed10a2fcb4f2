"""What narrows a search besides its text, as queries of the title index."""

from typing import Final

import tantivy
from tantivy import Occur, Query

from recommender.titles.document import title_schema
from recommender.titles.query import TitleQuery

ONE_BY_ONE: Final = 200
"""Up to so many ids are quicker as single terms than as a set, in which the index looks for all of its own."""


def filters(query: TitleQuery) -> list[Query]:
    """Return the filters of a search; none changes the scores."""
    schema, parts = title_schema(), []
    if query.genre is not None:
        parts.append(Query.term_query(schema, "genre", query.genre.casefold()))
    if query.decade is not None:
        # A decade before the first movie is no unsigned number the index could hold.
        possible = 0 <= query.decade < 10_000
        parts.append(Query.term_query(schema, "decade", query.decade) if possible else Query.empty_query())
    if query.min_ratings > 0:
        parts.append(Query.range_query(schema, "rating_count", tantivy.FieldType.Unsigned, query.min_ratings, None))
    parts += [_any([Query.term_query(schema, "genre", fact) for fact in sorted(facts)]) for facts in query.facts]
    if query.among is not None:
        parts.append(_among(query.among))
    return [Query.const_score_query(part, 0.0) for part in parts]


def _any(parts: list[Query]) -> Query:
    if len(parts) == 1:
        return parts[0]
    return Query.boolean_query([(Occur.Should, part) for part in parts]) if parts else Query.empty_query()


def _among(movie_ids: frozenset[int]) -> Query:
    schema, possible = title_schema(), sorted(movie_id for movie_id in movie_ids if movie_id >= 0)
    if len(possible) > ONE_BY_ONE:
        return Query.term_set_query(schema, "movie_id", possible)
    return _any([Query.term_query(schema, "movie_id", movie_id) for movie_id in possible])
