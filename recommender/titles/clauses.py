"""The parts of a query of the title index: clauses for words, for whole titles, and for titles within the query."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tantivy import Occur, Query

from recommender.titles.aliases import initials_term, run_term, series_term, sound_term
from recommender.titles.document import TITLE_PREFIX_LENGTH, WORD_PREFIX_LENGTH, title_schema
from recommender.titles.parsed_text import YEAR_WORD, ParsedText
from recommender.titles.scores import (
    BEGINS,
    COMPACT,
    COMPACT_STARTS,
    CONTAINED,
    CONVERTED,
    CONVERTED_STARTS,
    EXACT,
    NUMBER_IN_SERIES,
    ONE_TYPO,
    OTHER_EXACT,
    OTHER_STARTS,
    OTHER_STARTS_WITH_WORDS,
    SAME_SOUND,
    STARTS,
    STARTS_WITH_WORDS,
    TWO_TYPOS,
    TYPO_IN_BEGINNING,
    WORDS,
    YEAR,
)
from recommender.titles.series import numbered
from recommender.titles.text import canonical_words, meaningful_words

_MAX_FUZZY_WORDS: Final = 6

DocumentFrequency = Callable[[str, str], int]


class Weights:
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


def word_clauses(
    query: ParsedText, weights: Weights, *, typos: bool = False, known_words: bool = False
) -> Iterator[Query]:
    """Yield one clause for each meaningful word, and one for the year."""
    words = query.words_without_year
    last = len(weights.meaningful) - 1 if query.year is None or query.words[-1] != str(query.year) else -1
    for position, word in enumerate(weights.meaningful):
        weight = weights.of[word]
        is_last = position == last and word == words[-1]
        ways = [term("words", stem, weight) for stem in canonical_words([word])]
        if is_last:
            ways.append(term("prefixes", word[:WORD_PREFIX_LENGTH], 0.8 * weight))
        if is_last and query.year_range:
            ways.append(years(*query.year_range, weight))
        if typos and position < _MAX_FUZZY_WORDS and (known_words or not weights.known[word]):
            ways.extend(_typos(word, weight, is_last=is_last, known=weights.known[word]))
            ways.extend(_other_spellings(word, weight))
        if len(words) == len(query.words) == 1 and YEAR_WORD.fullmatch(word):
            ways.append(years(int(word), int(word), 0.5 * weight))
        yield Query.disjunction_max_query(ways)
    if query.year is not None:
        yield Query.disjunction_max_query(
            [years(query.year, query.year, YEAR), term("surface", str(query.year), 0.5 * YEAR)]
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


def _other_spellings(word: str, weight: float) -> Iterator[Query]:
    """Take the word for the initials of a title, for several of its words run together, or for how one sounds."""
    yield term("compact", initials_term(word), weight)
    yield term("compact", run_term(word), weight)
    if (sound := sound_term(word)) is not None:
        yield term("compact", sound, weight * SAME_SOUND)


def contained_titles(query: ParsedText, weights: Weights) -> Iterator[Query]:
    """Yield one clause for the titles that are a part of the query: "watch the matrix online"."""
    words, spans = query.words_without_year, dict[str, float]()
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            share = sum(weights.of.get(word, 0.0) for word in words[start:end])
            if share > 0:
                spans[" ".join(words[start:end])] = CONTAINED * share
    titles = [term(field, span, score) for span, score in spans.items() for field in ("exact", "other_exact")]
    if not titles:
        return
    beginnings = {" ".join(words[:end]) for end in range(2, len(words))} & spans.keys()
    titles += [term("starts", f"{beginning} ", BEGINS * spans[beginning]) for beginning in sorted(beginnings)]
    clauses = [(Occur.Must, Query.disjunction_max_query(titles))]
    if query.year is not None:
        clauses.append((Occur.Should, years(query.year, query.year, YEAR)))
    yield Query.boolean_query(clauses)


def title_clauses(words: Sequence[str]) -> Iterator[Query]:
    """Yield the ways in which these words may be a title or the beginning of one."""
    key = " ".join(words)
    converted = " ".join(canonical_words(words))
    beginning = key[:TITLE_PREFIX_LENGTH]
    whole_words = f"{key} "[:TITLE_PREFIX_LENGTH]
    yield term("exact", key, EXACT)
    yield term("converted", converted, CONVERTED)
    yield term("other_exact", key, OTHER_EXACT)
    yield term("compact", key.replace(" ", ""), COMPACT)
    yield term("starts", whole_words, STARTS_WITH_WORDS)
    yield term("starts", beginning, STARTS)
    yield term("other_starts", whole_words, OTHER_STARTS_WITH_WORDS)
    yield term("other_starts", beginning, OTHER_STARTS)
    yield term("converted_starts", converted, CONVERTED_STARTS)
    yield term("compact_starts", key.replace(" ", ""), COMPACT_STARTS)
    if (in_series := number_in_series(words, NUMBER_IN_SERIES)) is not None:
        yield in_series


def number_in_series(words: Sequence[str], score: float) -> Query | None:
    """Return the query for the movie with this number in a series: "shrek three", "lotr 3"."""
    name, number = numbered(tuple(words))
    return term("compact", series_term(name, number), score) if name and number is not None else None


def term(field: str, value: str | int | None, score: float) -> Query:
    return Query.const_score_query(Query.term_query(title_schema(), field, value), score)


def _fuzzy(word: str, distance: int, score: float, *, prefix: bool = False) -> Query:
    query = Query.fuzzy_term_query(title_schema(), "surface", word, distance, True, prefix)
    return Query.const_score_query(query, score)


def years(first: int, last: int, score: float) -> Query:
    """Return the query for a year, or for the whole decades that two years span; terms are faster than a range."""
    if first == last:
        return term("year", first, score)
    return Query.disjunction_max_query([term("decade", decade, score) for decade in range(first, last, 10)])
