"""What somebody has typed, parsed: words, a year, or an id."""

import re
from dataclasses import dataclass
from typing import Final

from recommender.titles.aliases import plus_aliases
from recommender.titles.text import title_words

_MAX_QUERY_LENGTH: Final = 200
_MAX_WORDS: Final = 12
YEAR_WORD: Final = re.compile(r"(?:18[7-9]|19\d|20\d)\d")
_YEAR_BEGINNING: Final = re.compile(r"(?:18|19|20)\d?")
_IMDB: Final = re.compile(r"(?:\btt|^\s*imdb\s*:\s*(?:tt)?)0*(\d{1,9})(?:\b|$)", re.IGNORECASE)
_TMDB: Final = re.compile(r"(?:^\s*tmdb\s*:\s*|themoviedb\.org/movie/)0*(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedText:
    """The text of a query, parsed.

    Attributes
    ----------
    words : list of str
        As written (`title_words`).
    year : int or None
        The last word that may be a year, if there are other words.
    year_range : tuple of (int, int) or None
        The years that a partly typed year may become.
    imdb_id, tmdb_id : int or None
        Set if the query is an id and nothing else.
    pluses : frozenset of str
        Words with a plus between them, as `plus_aliases` writes them.
    """

    words: list[str]
    year: int | None = None
    year_range: tuple[int, int] | None = None
    imdb_id: int | None = None
    tmdb_id: int | None = None
    pluses: frozenset[str] = frozenset()

    @property
    def words_without_year(self) -> list[str]:
        """The words that are not the year."""
        if self.year is None:
            return self.words
        position = len(self.words) - 1 - self.words[::-1].index(str(self.year))
        return self.words[:position] + self.words[position + 1 :]


def parse_text(text: str) -> ParsedText:
    """Parse a query; any text is valid, and text that is too long is cut."""
    text = text[:_MAX_QUERY_LENGTH].replace("\0", " ")
    if match := _IMDB.search(text):
        return ParsedText([], imdb_id=int(match[1]))
    if match := _TMDB.search(text):
        return ParsedText([], tmdb_id=int(match[1]))
    words = title_words(text)[:_MAX_WORDS]
    year = next((int(word) for word in reversed(words) if YEAR_WORD.fullmatch(word)), None)
    beginning = words[-1] if len(words) > 1 and _YEAR_BEGINNING.fullmatch(words[-1]) else None
    width = 10 ** (4 - len(beginning)) if beginning else 0
    return ParsedText(
        words,
        year=year if len(words) > 1 else None,
        year_range=(int(beginning) * width, (int(beginning) + 1) * width - 1) if beginning else None,
        pluses=frozenset(plus_aliases(text)),
    )
