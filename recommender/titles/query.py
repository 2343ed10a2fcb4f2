"""Turn what somebody has typed into queries of the title index."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from tantivy import Occur, Query

from recommender.titles.clauses import (
    DocumentFrequency,
    Weights,
    contained_titles,
    number_in_series,
    term,
    title_clauses,
    word_clauses,
    years,
)
from recommender.titles.document import MIN_COMPACT_LENGTH, word_pair
from recommender.titles.parsed_text import ParsedText, parse_text
from recommender.titles.scores import (
    ADJACENT,
    AS_WRITTEN,
    WITH_PLUS,
    WORDS,
)
from recommender.titles.text import canonical_words, transliterated

Order = Literal["relevance", "popularity", "rating", "newest", "oldest", "title"]


Facts = tuple[frozenset[str], ...]
"""Groups of facts: a movie has to have one of each."""


@dataclass(frozen=True, slots=True)
class TitleQuery:
    """A search for movies.

    Attributes
    ----------
    text : str
        Words in any order, the last one possibly unfinished; a year; an id (``tt0133093``, ``tmdb:603``).
        Blank matches every movie, by popularity.
    limit, offset : int
        Which part of the ordered matches; negative counts as 0.
    genre : str or None
        Exact name, upper or lower case.
    decade : int or None
        Its first year, e.g. 1990.
    min_ratings : int
        The fewest ratings a movie may have.
    exclude : frozenset of int
        Movie ids left out, and not counted.
    facts : tuple of frozenset of str
        Of each set, a movie has one at least; a fact is what the index calls it, e.g. ``"Language:fr"``.
    among : frozenset of int or None
        The only movie ids to find; up to a hundred are quick.
    order : {"relevance", "popularity", "rating", "newest", "oldest", "title"}
        "rating" is the mean damped by ten average ratings.
    """

    text: str = ""
    limit: int = 20
    offset: int = 0
    genre: str | None = None
    decade: int | None = None
    min_ratings: int = 0
    exclude: frozenset[int] = frozenset()
    facts: Facts = ()
    among: frozenset[int] | None = None
    order: Order = "relevance"


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to read what somebody has typed; a last resort is not tried once a well-known movie has been found."""

    query: Query
    last_resort: bool = False


def title_queries(text: str, frequency: DocumentFrequency, n_documents: int) -> Iterator[Reading]:
    """Yield the possible readings of what somebody has typed, the strictest first.

    Parameters
    ----------
    text : str
    frequency : callable
        From ``(field, term)`` to the number of documents with this term.
    n_documents : int

    Yields
    ------
    Reading
        Each scores by how well the whole title matches, by the rarity of the words, and by adjacent words. Blank
        text finds everything, an id finds one movie. Otherwise: all words, all words with typos (first only in
        unknown words), half of the words or a title that is a part of the query. Each is read as written, then in
        Latin letters.
    """
    query = parse_text(text)
    if not text.strip():
        yield Reading(Query.all_query())
    elif query.imdb_id is not None or query.tmdb_id is not None:
        yield Reading(id_query(query))
    else:
        latin = transliterated(text)
        scripts = [query] if latin is None else [query, parse_text(latin)]
        weighted = [(script, Weights(script, frequency, n_documents)) for script in scripts]
        yield from (Reading(exact_query(*script)) for script in weighted)
        with_unknown = [(script, weights) for script, weights in weighted if not all(weights.known.values())]
        # Where all words but an unfinished one are known and lead to a well-known movie, nothing was misspelt.
        yield from (Reading(fuzzy_query(*script, known_words=False), last_resort=True) for script in with_unknown)
        yield from (Reading(fuzzy_query(*script), last_resort=bool(with_unknown)) for script in weighted)
        yield from (Reading(partial_query(*script)) for script in weighted)


def id_query(query: ParsedText) -> Query:
    """Return the query for an IMDb or TMDB id."""
    if query.imdb_id is not None:
        return term("imdb_id", query.imdb_id, 1.0)
    return term("tmdb_id", query.tmdb_id, 1.0)


def exact_query(query: ParsedText, weights: Weights) -> Query:
    """Return the query for titles with every word (the last one may be a beginning), best title match first."""
    clauses = [*_all_words(query, weights), term("compact", "".join(query.words), WORDS)]
    if query.year is not None:
        without_year = term("compact", "".join(query.words_without_year), WORDS)
        clauses.append(without_year.and_must_match(years(query.year, query.year, 0.0)))
    if (in_series := number_in_series(query.words, WORDS)) is not None:
        clauses.append(in_series)
    return _ranked(Query.disjunction_max_query(clauses), query, weights)


def fuzzy_query(query: ParsedText, weights: Weights, *, known_words: bool = True) -> Query:
    """Return `exact_query` that also allows typos (without `known_words`, in unknown words only) and missing spaces."""
    clauses = _all_words(query, weights, typos=True, known_words=known_words)
    joined = "".join(query.words_without_year)
    if len(joined) >= MIN_COMPACT_LENGTH:
        clauses.append(term("compact_starts", joined, 0.0))
    return _ranked(Query.disjunction_max_query(clauses), query, weights)


def partial_query(query: ParsedText, weights: Weights) -> Query:
    """Return the query for titles with at least half of the words, or that are a part of the query."""
    clauses = [(Occur.Should, clause) for clause in word_clauses(query, weights)]
    half = Query.boolean_query(clauses, minimum_number_should_match=(len(clauses) + 1) // 2)
    matches = Query.boolean_query([(Occur.Should, clause) for clause in (half, *contained_titles(query, weights))])
    return _ranked(matches, query, weights)


def _all_words(query: ParsedText, weights: Weights, *, typos: bool = False, known_words: bool = False) -> list[Query]:
    words = word_clauses(query, weights, typos=typos, known_words=known_words)
    return [Query.boolean_query([(Occur.Must, clause) for clause in words])]


def _ranked(matches: Query, query: ParsedText, weights: Weights) -> Query:
    """Return the matches, scored by how well the whole title matches, by words as written and by adjacent words."""
    clauses = [(Occur.Must, matches), (Occur.Should, Query.disjunction_max_query(list(title_clauses(query.words))))]
    words = query.words_without_year
    if query.year is not None:
        fit = Query.disjunction_max_query(list(title_clauses(words)))
        clauses.append(
            (Occur.Should, Query.boolean_query([(Occur.Must, fit), (Occur.Must, years(query.year, query.year, 0.0))]))
        )
    clauses += [(Occur.Should, term("compact", plus, WITH_PLUS)) for plus in query.pluses]
    clauses += [(Occur.Should, term("surface", word, AS_WRITTEN * weights.of[word])) for word in weights.of]
    converted = canonical_words(words)
    share = ADJACENT * WORDS / max(1, len(converted) - 1)
    clauses += [(Occur.Should, term("pairs", word_pair(pair), share)) for pair in pairwise(converted)]
    return Query.boolean_query(clauses)
