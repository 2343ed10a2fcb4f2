"""A movie as a document of the title index: its fields, and the terms by which queries find it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Final

import tantivy

from recommender.titles.aliases import aliases, plus_aliases, series_aliases
from recommender.titles.series import SeriesTitle
from recommender.titles.series_numbers import Numbers
from recommender.titles.text import (
    canonical_words,
    compound_words,
    display_title,
    front_article,
    split_title,
    title_segments,
    title_words,
    transliterated,
    without_article,
)
from recommender.titles.words import ENGLISH_ARTICLES, LEADING_ARTICLES

WORD_PREFIX_LENGTH: Final = 20
TITLE_PREFIX_LENGTH: Final = 40
COMPACT_PREFIX_LENGTH: Final = 24
MIN_COMPACT_LENGTH: Final = 4

# Whole keys, one term each: the title as written, its other names, and both after conversion.
_KEY_FIELDS: Final = (
    "exact",
    "other_exact",
    "converted",
    "compact",
    "starts",
    "other_starts",
    "converted_starts",
    "compact_starts",
    "genre",
)
# Words, one term each.
_WORD_FIELDS: Final = ("words", "surface", "prefixes", "pairs")
_FILTER_FIELDS: Final = ("movie_id", "year", "decade", "imdb_id", "tmdb_id")
ORDER_FIELDS: Final = {
    "popularity": "popularity_rank",
    "rating": "rating_rank",
    "newest": "newest_rank",
    "oldest": "oldest_rank",
    "title": "title_rank",
}
_NUMBER_FIELDS: Final = ("rating_count", *ORDER_FIELDS.values())
_SCORE_FIELDS: Final = ("popularity", "brevity")
FIELDS: Final = (*_KEY_FIELDS, *_WORD_FIELDS, *_FILTER_FIELDS, *_NUMBER_FIELDS, *_SCORE_FIELDS)


@dataclass(frozen=True, slots=True)
class TitleDocument:
    """A movie as a document of the index.

    Attributes
    ----------
    movie_id : int
    title : str
        As MovieLens writes it, with or without the year: ``"Seven (a.k.a. Se7en) (1995)"``.
    year : int or None
        If None, the year in the title is used, if there is one.
    genres : tuple of str
    rating_count : int
    imdb_id : str or None
        Digits without ``tt``: ``"0133093"``.
    tmdb_id : int or None
    rating_mean : float or None
        In stars, None without ratings.
    alternative_titles : tuple of str
        Besides those in the title's parentheses.
    duplicate_of : int or None
        The id of the same film, which is found instead.
    released_on : date, optional
    collection : int, optional
        The series that the movie is known to belong to, and its name.
    collection_name : str, optional
    facts : tuple of str
        What filters may ask for besides, e.g. ``"Language:fr"``; each begins with a capital letter.
    """

    movie_id: int
    title: str
    year: int | None
    genres: tuple[str, ...]
    rating_count: int
    imdb_id: str | None
    tmdb_id: int | None
    rating_mean: float | None
    alternative_titles: tuple[str, ...] = ()
    duplicate_of: int | None = None
    released_on: date | None = None
    collection: int | None = None
    collection_name: str = ""
    facts: tuple[str, ...] = ()

    @property
    def release_year(self) -> int | None:
        """The given year, or else the one in the title."""
        return self.year if self.year is not None else split_title(self.title)[1]

    def as_series_title(self) -> SeriesTitle:
        """Return what tells its series."""
        collected = (self.released_on, self.collection, self.collection_name)
        return SeriesTitle(self.title, self.release_year, frozenset(self.genres), self.alternative_titles, *collected)


@cache
def title_schema() -> tantivy.Schema:
    """Return the schema of the title index."""
    builder = tantivy.SchemaBuilder()
    for name in _KEY_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in _WORD_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for name in _FILTER_FIELDS:
        builder.add_unsigned_field(name, indexed=True, fast=True)
    for name in _NUMBER_FIELDS:
        builder.add_unsigned_field(name, fast=True)
    for name in _SCORE_FIELDS:
        builder.add_float_field(name, fast=True)
    return builder.build()


def index_fields(document: TitleDocument, series_numbers: Numbers) -> dict[str, list[str]]:
    """Return the text fields of a movie, each with its distinct terms; the numbers are those in its series."""
    title, _, alternatives = split_title(document.title)
    main = front_article(title)
    others = [front_article(name) for name in (*alternatives, *document.alternative_titles)]
    others += [latin for name in (main, *others) if (latin := transliterated(name))]
    main_keys = _keys([main], ENGLISH_ARTICLES)
    # "La León" is not "León": without its foreign article it counts only as another name.
    other_keys = _keys([main, *others, *title_segments(main)], LEADING_ARTICLES)
    names = [title_words(name) for name in (main, *others)]
    converted = [canonical_words(words) for words in names]
    surface = {word for words in names for word in words}
    surface.update(word for name in (main, *others) for word in compound_words(name))
    compact = {key.replace(" ", "") for key in (*main_keys, *other_keys)}
    more = (series_aliases(series_numbers), *map(plus_aliases, (main, *others)))
    return {
        "exact": main_keys,
        "other_exact": other_keys,
        "converted": sorted({" ".join(words) for words in converted}),
        # Among the compact keys, because an index of the previous release must have the same fields.
        "compact": sorted(compact.union(aliases(key.split() for key in (*main_keys, *other_keys)), *more)),
        "starts": _prefixes(main_keys, TITLE_PREFIX_LENGTH),
        "other_starts": _prefixes(other_keys, TITLE_PREFIX_LENGTH),
        "converted_starts": sorted({" ".join(w[:n]) for w in converted for n in range(1, len(w) + 1)}),
        "compact_starts": [key for key in _prefixes(compact, COMPACT_PREFIX_LENGTH) if len(key) >= MIN_COMPACT_LENGTH],
        # Facts are among the genres, because an index of the previous release must have the same fields. Genres have
        # no capital letters here, so none is taken for a fact.
        "genre": sorted({genre.casefold() for genre in document.genres}.union(document.facts)),
        "words": [
            " ".join(
                {word for words in converted for word in words}.union(*map(canonical_words, [[w] for w in surface]))
            )
        ],
        "surface": [" ".join(sorted(surface))],
        "prefixes": [" ".join(_prefixes(surface, WORD_PREFIX_LENGTH))],
        "pairs": [" ".join(sorted({word_pair(pair) for words in converted for pair in pairwise(words)}))],
    }


def brevity(document: TitleDocument) -> float:
    """Return 1 for a title of one meaningful word, less the longer it is."""
    return 1 / max(1, len(canonical_words(title_words(display_title(document.title)))))


def word_pair(words: tuple[str, str]) -> str:
    """Return the term for two adjacent words."""
    return f"{words[0]}_{words[1]}"


def _keys(names: Iterable[str], articles: Collection[str]) -> list[str]:
    """Return each name as one key, with and without its leading article."""
    words = [title_words(name) for name in names]
    return sorted({" ".join(key) for name in words for key in (name, without_article(name, articles)) if key})


def _prefixes(keys: Iterable[str], longest: int) -> list[str]:
    """Return every prefix of the keys; one that ends with a space ends with a whole word."""
    return sorted(
        {
            key[:n]
            for key in (f"{key} " if " " in key else key for key in keys)
            for n in range(1, min(len(key), longest) + 1)
        }
    )


def days_ahead(documents: Iterable[TitleDocument]) -> list[tuple[int, int]]:
    """Return the movies that are not out today, each with the day of its release as a proleptic ordinal."""
    days = ((document.movie_id, document.released_on) for document in documents)
    return [(movie_id, day.toordinal()) for movie_id, day in days if day is not None and day > date.today()]


def sort_ranks(documents: Sequence[TitleDocument], damping: float = 10.0) -> dict[str, list[int]]:
    """Return the position of every document in each sort order; the input is sorted by popularity.

    Ratings are damped towards the mean of all ratings by `damping` ratings, so that a single five-star rating does
    not come first. Movies without a year come last in both orders by year.
    """
    total = sum(doc.rating_count for doc in documents)
    mean = sum((doc.rating_mean or 0.0) * doc.rating_count for doc in documents) / total if total else 0.0
    years = [doc.release_year for doc in documents]

    def damped(i: int) -> float:
        doc = documents[i]
        return ((doc.rating_mean or 0.0) * doc.rating_count + mean * damping) / (doc.rating_count + damping)

    def title(i: int) -> tuple[list[str], int]:
        return without_article(title_words(front_article(split_title(documents[i].title)[0]))), years[i] or 0

    indices = range(len(documents))
    return {
        "popularity_rank": list(indices),
        "rating_rank": _positions(sorted(indices, key=lambda i: (documents[i].rating_count == 0, -damped(i)))),
        "newest_rank": _positions(sorted(indices, key=lambda i: -(years[i] or 0))),
        "oldest_rank": _positions(sorted(indices, key=lambda i: years[i] or 9999)),
        "title_rank": _positions(sorted(indices, key=title)),
    }


def _positions(order: Sequence[int]) -> list[int]:
    positions = [0] * len(order)
    for position, i in enumerate(order):
        positions[i] = position
    return positions
