"""The query for titles that have all the words of another one."""

from collections.abc import Sequence

from tantivy import Occur, Query

from recommender.titles.document import title_schema
from recommender.titles.text import canonical_words, without_article


def all_words(words: Sequence[str]) -> Query:
    """Return the query for titles with these words, perhaps among others, also where they are run together or apart.

    Numerals are one word with their digits.
    """
    schema = title_schema()
    joined = {"".join(words), "".join(without_article(words))}
    compact = [Query.term_query(schema, "compact", key) for key in joined]
    terms = [(Occur.Must, _word_query(word)) for word in canonical_words(words)]
    return Query.boolean_query([(Occur.Should, each) for each in (*compact, Query.boolean_query(terms))])


def _word_query(word: str) -> Query:
    """Return the query for a canonical word; "I" is a word of its own in the index and may be the number of a part."""
    schema = title_schema()
    terms = ("1", "i") if word in {"1", "i"} else (word,)
    return Query.boolean_query([(Occur.Should, Query.term_query(schema, "words", term)) for term in terms])
