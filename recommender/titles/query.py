"""Turn what somebody has typed into queries of the title index."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import tantivy
from tantivy import Occur, Query

from recommender.titles.document import (
    MIN_COMPACT_LENGTH,
    TITLE_PREFIX_LENGTH,
    WORD_PREFIX_LENGTH,
    title_schema,
    word_pair,
)
from recommender.titles.parsed_text import YEAR_WORD, ParsedText, parse_text
from recommender.titles.text import canonical_words, meaningful_words

_MAX_FUZZY_WORDS: Final = 6

# Scores for the match of the whole title; the best one counts. Popularity (POPULARITY_WEIGHT) can add less than the
# gap between an exact title and the next score, but more than the gaps between the others.
EXACT: Final = 14.0
CONVERTED: Final = 9.5
OTHER_EXACT: Final = 9.0
COMPACT: Final = 8.5
STARTS_WITH_WORDS: Final = 6.5
STARTS: Final = 5.0
OTHER_STARTS_WITH_WORDS: Final = 5.0
OTHER_STARTS: Final = 3.5
CONVERTED_STARTS: Final = 5.0
COMPACT_STARTS: Final = 3.0
POPULARITY_WEIGHT: Final = 4.0
BREVITY_WEIGHT: Final = 0.5
YEAR: Final = 4.0
# The score of all words of the query together, divided by rarity, and the extra share for adjacent words.
WORDS: Final = 4.0
ADJACENT: Final = 0.5
AS_WRITTEN: Final = 0.2
# The share of its score that a word with typos keeps.
ONE_TYPO: Final = 0.6
TWO_TYPOS: Final = 0.4
TYPO_IN_BEGINNING: Final = 0.3

Order = Literal["relevance", "popularity", "rating", "newest", "oldest", "title"]
DocumentFrequency = Callable[[str, str], int]


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
    order: Order = "relevance"


def title_queries(text: str, frequency: DocumentFrequency, n_documents: int) -> Iterator[Query]:
    """Yield the possible readings of what somebody has typed, the strictest first.

    Parameters
    ----------
    text : str
    frequency : callable
        From ``(field, term)`` to the number of documents with this term.
    n_documents : int

    Yields
    ------
    tantivy.Query
        Each scores by how well the whole title matches, by the rarity of the words, and by adjacent words. Blank
        text finds everything, an id finds one movie. Otherwise: all words, all words with typos (first only in
        unknown words), half of the words.
    """
    query = parse_text(text)
    if not text.strip():
        yield Query.all_query()
    elif query.imdb_id is not None or query.tmdb_id is not None:
        yield id_query(query)
    else:
        yield exact_query(query, frequency, n_documents)
        yield fuzzy_query(query, frequency, n_documents, known_words=False)
        yield fuzzy_query(query, frequency, n_documents, known_words=True)
        yield partial_query(query, frequency, n_documents)


def id_query(query: ParsedText) -> Query:
    """Return the query for an IMDb or TMDB id."""
    if query.imdb_id is not None:
        return _term("imdb_id", query.imdb_id, 1.0)
    return _term("tmdb_id", query.tmdb_id, 1.0)


def exact_query(query: ParsedText, frequency: DocumentFrequency, n_documents: int) -> Query:
    """Return the query for titles with every word (the last one may be a beginning), best title match first."""
    weights = _Weights(query, frequency, n_documents)
    required = Query.boolean_query([(Occur.Must, clause) for clause in _word_clauses(query, weights)])
    joined = "".join(query.words_without_year)
    matches = Query.boolean_query([(Occur.Should, required), (Occur.Should, _term("compact", joined, 0.0))])
    return _ranked(matches, query, weights)


def fuzzy_query(query: ParsedText, frequency: DocumentFrequency, n_documents: int, *, known_words: bool) -> Query:
    """Return `exact_query` that also allows typos in unknown words (with `known_words`, in all) and missing spaces."""
    weights = _Weights(query, frequency, n_documents)
    required = Query.boolean_query(
        [(Occur.Must, clause) for clause in _word_clauses(query, weights, typos=True, known_words=known_words)]
    )
    joined = "".join(query.words_without_year)
    clauses = [(Occur.Should, required)]
    if len(joined) >= MIN_COMPACT_LENGTH:
        clauses.append((Occur.Should, _term("compact_starts", joined, 0.0)))
    return _ranked(Query.boolean_query(clauses), query, weights)


def partial_query(query: ParsedText, frequency: DocumentFrequency, n_documents: int) -> Query:
    """Return the query for titles with at least half of the words."""
    weights = _Weights(query, frequency, n_documents)
    clauses = [(Occur.Should, clause) for clause in _word_clauses(query, weights)]
    matches = Query.boolean_query(clauses, minimum_number_should_match=(len(clauses) + 1) // 2)
    return _ranked(matches, query, weights)


class _Weights:
    """The weight of each word of a query: its share of `WORDS`, by rarity (inverse document frequency)."""

    def __init__(self, query: ParsedText, frequency: DocumentFrequency, n_documents: int) -> None:
        words = query.words_without_year
        self.meaningful = meaningful_words(words)
        self.known: dict[str, bool] = {}
        rarity = {}
        for word in self.meaningful:
            n_matches = max((frequency("words", stem) for stem in canonical_words([word])), default=0)
            self.known[word] = n_matches > 0
            if not n_matches and word == words[-1]:
                n_matches = frequency("prefixes", word[:WORD_PREFIX_LENGTH])
            rarity[word] = math.log(1 + (n_documents + 1) / (n_matches + 1))
        total = sum(rarity[word] for word in self.meaningful) or 1.0
        self.of = {word: WORDS * value / total for word, value in rarity.items()}


def _word_clauses(
    query: ParsedText, weights: _Weights, *, typos: bool = False, known_words: bool = False
) -> Iterator[Query]:
    """Yield one clause for each meaningful word, and one for the year."""
    words = query.words_without_year
    last = len(weights.meaningful) - 1 if query.year is None or query.words[-1] != str(query.year) else -1
    for position, word in enumerate(weights.meaningful):
        weight = weights.of[word]
        is_last = position == last and word == words[-1]
        ways = [_term("words", stem, weight) for stem in canonical_words([word])]
        if is_last:
            ways.append(_term("prefixes", word[:WORD_PREFIX_LENGTH], 0.8 * weight))
        if is_last and query.year_range:
            ways.append(_years(*query.year_range, weight))
        if typos and position < _MAX_FUZZY_WORDS and (known_words or not weights.known[word]):
            ways.extend(_typos(word, weight, is_last=is_last, known=weights.known[word]))
        if len(words) == len(query.words) == 1 and YEAR_WORD.fullmatch(word):
            ways.append(_years(int(word), int(word), 0.5 * weight))
        yield Query.disjunction_max_query(ways)
    if query.year is not None:
        yield Query.disjunction_max_query(
            [_years(query.year, query.year, YEAR), _term("surface", str(query.year), 0.5 * YEAR)]
        )


def _typos(word: str, weight: float, *, is_last: bool, known: bool) -> Iterator[Query]:
    """Allow one typo in words of 4 letters or more, two in 8 or more, and one in the beginning of the last word."""
    if len(word) < 4 or len(word) > WORD_PREFIX_LENGTH:
        return
    yield _fuzzy(word, 1, weight * ONE_TYPO)
    if len(word) >= 8 and not known:
        yield _fuzzy(word, 2, weight * TWO_TYPOS)
    if is_last:
        yield _fuzzy(word, 1, weight * TYPO_IN_BEGINNING, prefix=True)


def _ranked(matches: Query, query: ParsedText, weights: _Weights) -> Query:
    """Return the matches, scored by how well the whole title matches, by words as written and by adjacent words."""
    clauses = [(Occur.Must, matches), (Occur.Should, Query.disjunction_max_query(list(_title_clauses(query.words))))]
    words = query.words_without_year
    if query.year is not None:
        fit = Query.disjunction_max_query(list(_title_clauses(words)))
        clauses.append(
            (Occur.Should, Query.boolean_query([(Occur.Must, fit), (Occur.Must, _years(query.year, query.year, 0.0))]))
        )
    clauses += [(Occur.Should, _term("surface", word, AS_WRITTEN * weights.of[word])) for word in weights.of]
    converted = canonical_words(words)
    share = ADJACENT * WORDS / max(1, len(converted) - 1)
    clauses += [(Occur.Should, _term("pairs", word_pair(pair), share)) for pair in pairwise(converted)]
    return Query.boolean_query(clauses)


def _title_clauses(words: Sequence[str]) -> Iterator[Query]:
    """Yield the ways in which these words may be a title or the beginning of one."""
    key = " ".join(words)
    converted = " ".join(canonical_words(words))
    beginning = key[:TITLE_PREFIX_LENGTH]
    whole_words = f"{key} "[:TITLE_PREFIX_LENGTH]
    yield _term("exact", key, EXACT)
    yield _term("converted", converted, CONVERTED)
    yield _term("other_exact", key, OTHER_EXACT)
    yield _term("compact", key.replace(" ", ""), COMPACT)
    yield _term("starts", whole_words, STARTS_WITH_WORDS)
    yield _term("starts", beginning, STARTS)
    yield _term("other_starts", whole_words, OTHER_STARTS_WITH_WORDS)
    yield _term("other_starts", beginning, OTHER_STARTS)
    yield _term("converted_starts", converted, CONVERTED_STARTS)
    yield _term("compact_starts", key.replace(" ", ""), COMPACT_STARTS)


def _term(field: str, value: str | int | None, score: float) -> Query:
    return Query.const_score_query(Query.term_query(title_schema(), field, value), score)


def _fuzzy(word: str, distance: int, score: float, *, prefix: bool = False) -> Query:
    query = Query.fuzzy_term_query(title_schema(), "surface", word, distance, True, prefix)
    return Query.const_score_query(query, score)


def _years(first: int, last: int, score: float) -> Query:
    query = Query.range_query(title_schema(), "year", tantivy.FieldType.Unsigned, first, last)
    return Query.const_score_query(query, score)
