"""Tell whether two titles name the same movie: in the same words, in other words for the same, or one as a part."""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

from recommender.titles.text import front_article, title_segments, title_words, without_article
from recommender.titles.words import CANONICAL, ENGLISH_ARTICLES, TENS, UNITS

_OWNER: Final = re.compile(r"^(?:[^\W\d_][\w.&/-]*\s+){0,3}?[^\W\d_][\w.&/-]*(?:['’]s|s['’])\s+(?=\S)")
_PARTS: Final = frozenset({"part", "vol", "volume", "episode", "chapter"})
_FILLER: Final = ENGLISH_ARTICLES | _PARTS | {"and"}
_STUDIOS: Final = frozenset({"disneys", "dreamworks", "marvels", "pixars"})
_MIN_WORDS: Final = 2


class Likeness(IntEnum):
    """How much two titles have in common, the most first."""

    SAME = 0
    ARTICLE_ASIDE = 1
    SAME_MEANING = 2
    """Numerals as digits, without "and" and "Part", words written together or apart."""
    LARGE_PART = 3
    """One is the other without its middle, without the last of several subtitles, or without "Monty Python's"."""
    PART = 4
    """One is a subtitle of the other, or the name before its subtitle, which may be that of a whole series."""
    NONE = 5


@dataclass(frozen=True, slots=True)
class Name:
    """A title, prepared for comparison.

    Attributes
    ----------
    words : tuple of str
    key : str
        Its words without filler, numerals as digits, written as one.
    large_parts, parts : frozenset of str
        The keys of its parts that say enough to tell it from others, and of the rest.
    """

    words: tuple[str, ...]
    key: str
    large_parts: frozenset[str]
    parts: frozenset[str]


def likeness(title: Name, other: Name) -> Likeness:
    """Compare two titles; it does not matter which is which."""
    if title.words == other.words:
        return Likeness.SAME
    if without_article(title.words) == without_article(other.words):
        return Likeness.ARTICLE_ASIDE
    if title.key == other.key:
        return Likeness.SAME_MEANING
    if title.key in other.large_parts or other.key in title.large_parts:
        return Likeness.LARGE_PART
    return Likeness.PART if title.key in other.parts or other.key in title.parts else Likeness.NONE


@lru_cache(maxsize=20_000)
def name_of(title: str) -> Name:
    """Prepare a title for comparison."""
    title = front_article(title)
    return Name(
        words=tuple(title_words(title)),
        key=_key(title),
        large_parts=frozenset(filter(None, map(_key, _large_pieces(title)))),
        parts=frozenset(filter(None, map(_key, _pieces(title)))),
    )


def pieces_of(title: str) -> list[str]:
    """Return what other sites may call a movie: its title without an article, a subtitle or the name of a studio."""
    bare = " ".join(without_article(title_words(title)))
    return list(dict.fromkeys([bare, *_large_pieces(title), *_pieces(title)]))


def _large_pieces(title: str) -> list[str]:
    segments = title_segments(title)
    pieces = [": ".join(segments[:n]) for n in range(2, len(segments))]
    if len(segments) > 2:
        pieces.append(f"{segments[0]}: {segments[-1]}")
    owned = [(match[0], piece[match.end() :]) for piece in (title, *pieces) if (match := _OWNER.match(piece))]
    return pieces + [piece for owner, piece in owned if _is_studio(owner) or len(title_words(piece)) >= _MIN_WORDS]


def _is_studio(owner: str) -> bool:
    """Tell whether this is not a person or a thing that a title is about, as in "The Caveman's Valentine"."""
    return title_words(owner)[-1] in _STUDIOS


def _pieces(title: str) -> list[str]:
    segments = title_segments(title)
    pieces = segments[:1] + [": ".join(segments[n:]) for n in range(1, len(segments))]
    return pieces + [piece[match.end() :] for piece in (title, *pieces) if (match := _OWNER.match(piece))]


def _key(title: str) -> str:
    words = title_words(title)
    numbered = ["1" if n and word == "i" and words[n - 1] in _PARTS else word for n, word in enumerate(words)]
    kept = list[str]()
    for word in [word for word in numbered if word not in _FILLER] or numbered:
        if kept and kept[-1] in TENS and word in UNITS:  # "thirty", "nine"
            kept[-1] += word
        else:
            kept.append(word)
    return "".join(CANONICAL.get(word, word) for word in kept)
