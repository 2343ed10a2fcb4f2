"""Movie titles as text: parse MovieLens titles, display them, and normalise them for search."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final

import tantivy
from anyascii import anyascii

from recommender.titles.numbers import compose_numbers
from recommender.titles.words import CANONICAL, LEADING_ARTICLES, STOP_WORDS, TRAILING_ARTICLES

_YEAR: Final = re.compile(r"\s*((?:18[7-9]|19\d|20\d)\d)\s*(?:[-–—]\s*(?:\d{4})?\s*)?")
_ALSO_KNOWN_AS: Final = re.compile(r"^a\.?\s?k\.?\s?a\b\.?\s*:?,?\s*", re.IGNORECASE)
_QUALIFIER: Final = re.compile(r"(?:(?:part|vol|volume|episode|chapter|no)\b\.?\s*\w+|[ivx]+|\d{1,2})", re.IGNORECASE)
_TRAILING_ARTICLE: Final = re.compile(rf"^(?P<head>[^:]*\S|.*\S),\s*(?P<article>{TRAILING_ARTICLES})(?P<rest>$|:.*$)")
_SEGMENT: Final = re.compile(r":\s+|\s+[-–—]\s+")

_LETTERS: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i", "⁄": " ", "_": " "}
)
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}\b)")
_RAISED: Final = re.compile(r"(?<=\S)(?=[¹²³½¼¾])")
_APOSTROPHES: Final = re.compile(r"['’‘`´ʼ′]")
_ELISION: Final = re.compile(r"\b(d|l|qu|all|dell|nell|sull|un)['’ʼ](?=[aeiouhy])")
_ACRONYM: Final = re.compile(r"(?<!\w)(?:[^\W\d_][.*]){1,}[^\W\d_](?!\w)[.*]?|(?<!\w)(?:[^\W\d_][.*]){2,}")
_AND: Final = re.compile(r"&|(?<=\s)\+(?=\s)")
_COMPOUND: Final = re.compile(r"\w+(?:[-‐–/·'’ʼ]\w+)+")
_WORD: Final = re.compile(r"\w+")
_STEMMER: Final = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.stemmer("english")).build()
)


def split_title(raw: str) -> tuple[str, int | None, tuple[str, ...]]:
    """Split a MovieLens title into title, year and alternative titles.

    Parameters
    ----------
    raw : str
        With or without the year, e.g. ``"City of Lost Children, The (Cité des enfants perdus, La) (1995)"``.

    Returns
    -------
    title : str
        Without year and alternatives; a trailing article stays: ``"City of Lost Children, The"``.
    year : int or None
    alternatives : tuple of str
        Original and "a.k.a." titles from the closing parentheses, in their order, articles untouched.

    Notes
    -----
    Only closing parentheses after a space are taken off, so ``"(500) Days of Summer"`` and ``"Spy(ies)"``
    keep theirs, and so does a qualifier such as ``"(Part 1)"``.
    """
    text, year, alternatives = raw.strip(), None, list[str]()
    while (start := _closing_group(text)) is not None:
        group = text[start + 1 : -1].strip()
        if year is None and (match := _YEAR.fullmatch(group.rstrip(")"))):
            year = int(match[1])
        elif _QUALIFIER.fullmatch(group):
            break
        elif group:
            alternatives.insert(0, _ALSO_KNOWN_AS.sub("", group))
        text = text[:start].rstrip()
    return text, year, tuple(alternatives)


def display_title(title: str) -> str:
    """Return the title as people write it: ``"Matrix, The (a.k.a. X) (1999)"`` becomes ``"The Matrix"``."""
    return front_article(split_title(title)[0])


def front_article(title: str) -> str:
    """Move a trailing article to the front: ``"Avventura, L'"`` becomes ``"L'Avventura"``."""
    match = _TRAILING_ARTICLE.match(title)
    if match is None:
        return title
    article = match["article"]
    gap = "" if article.endswith(("'", "’")) else " "
    return f"{article}{gap}{match['head']}{match['rest']}"


def title_words(text: str) -> list[str]:
    """Return the words of a title or query: lower case, without accents and punctuation, nothing converted.

    ``"M*A*S*H"`` is one word, ``"Spider-Man"`` two, ``"&"`` is ``"and"``. Text without any letter or digit
    (the title ``"$"``) is one word, unchanged; blank text has none.
    """
    folded = fold(text)
    plain = _ACRONYM.sub(lambda match: re.sub(r"[.*]", "", match[0]) + " ", folded)
    plain = _APOSTROPHES.sub("", _ELISION.sub(r"\1 ", plain))
    words = _WORD.findall(_AND.sub(" and ", _THOUSANDS.sub("", plain)))
    return words or ["".join(folded.split())] if folded.strip() else []


def compound_words(text: str) -> list[str]:
    """Return hyphenated, slashed and elided words written as one: ``"Spider-Man"`` gives ``"spiderman"``."""
    joined = ("".join(_WORD.findall(match)) for match in _COMPOUND.findall(fold(text)))
    return [word for word in joined if not word.isdigit()]


def canonical_words(words: Sequence[str]) -> list[str]:
    """Return the search form of `title_words`: numbers as digits, stemmed, stop words dropped.

    ``["the", "godfather", "part", "ii"]`` gives ``["godfath", "2"]``. Stop words stay when nothing else is left.
    """
    kept = meaningful_words(words)
    return list(_STEMMER.analyze(" ".join(CANONICAL.get(word, word) for word in kept)))


def meaningful_words(words: Sequence[str]) -> list[str]:
    """Return the words without stop words, unless nothing else is left; "thirty", "nine" becomes "39"."""
    composed = compose_numbers(words)
    return [word for word in composed if word not in STOP_WORDS] or composed


def without_article(words: Sequence[str], articles: Collection[str] = LEADING_ARTICLES) -> list[str]:
    """Return the words without a leading article, unless that is the whole title."""
    return list(words[1:]) if len(words) > 1 and words[0] in articles else list(words)


def title_segments(title: str) -> list[str]:
    """Return the parts of ``"Star Wars: Episode IV - A New Hope"`` that people also use alone; none if it has one."""
    segments = [segment for segment in _SEGMENT.split(title) if segment.strip()]
    return segments if len(segments) > 1 else []


def fold(text: str) -> str:
    """Return the text in lower case, with compatibility forms unified, and without accents and special letters."""
    if text.isascii():
        return text.casefold().replace("_", " ")
    text = _RAISED.sub(" ", text.encode("utf-8", "ignore").decode())
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS)).translate(_LETTERS)
    # Classes below 200 are part of the letter: voicing marks in kana, viramas in Indian scripts.
    bare = "".join(char for char in decomposed if unicodedata.combining(char) < 200)
    return unicodedata.normalize("NFC", bare)


def transliterated(text: str) -> str | None:
    """Return text of another script in Latin letters: "Чебурашка" is "Cheburashka"; None if it is Latin already."""
    is_latin = all(char < "\u0250" or not char.isalpha() for char in text)
    return None if is_latin else anyascii(text)


def _closing_group(text: str) -> int | None:
    """Return the position of the opening parenthesis of the group that ends the text, if a title comes before it."""
    if not text.endswith(")"):
        return None
    depth = 0
    for position in range(len(text) - 1, 0, -1):
        depth += {")": 1, "(": -1}.get(text[position], 0)
        if depth == 0:
            return position if text[position - 1].isspace() else None
    # Unbalanced, as in "(1983))": use the last opening one.
    position = text.rfind(" (")
    return position + 1 if position > 0 else None
