"""The word tables of title search: words that may be left out, and words with the same meaning."""

from itertools import product
from typing import Final

# Words a query may leave out. Deliberately few: "it", "her", "up", "one" and "go" are whole titles,
# and "die" or "la" are articles in one language and words in another.
STOP_WORDS: Final = frozenset(
    {"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
    | {"chapter", "episode", "part", "versus", "vol", "volume", "vs"}
)

ENGLISH_ARTICLES: Final = frozenset({"a", "an", "the"})
LEADING_ARTICLES: Final = ENGLISH_ARTICLES | {
    *("das", "de", "den", "der", "det", "die", "een", "ein", "eine", "el", "en", "et", "ett", "gli", "het", "i"),
    *("il", "l", "la", "las", "le", "les", "lo", "los", "o", "os", "um", "uma", "un", "una", "une", "uno"),
}

# As MovieLens appends them: "Matrix, The", "Avventura, L'".
TRAILING_ARTICLES: Final = (
    "The|An|A|La|Le|Les|L'|L’|El|Il|Lo|Los|Las|Gli|I|Un|Una|Une|Uno|Um|Uma|Der|Die|Das|Den|Det|De|Het|Een|"
    "Ein|Eine|En|Ett|Et|O|Os|As"
)

_DIGITS: Final = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS: Final = [
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS: Final = [
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
]
_ROMAN: Final = ["ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"]
_SUFFIX: Final = {1: "st", 2: "nd", 3: "rd"}
TENS: Final = {word: 10 * n for n, word in enumerate(_TENS, 2)}
UNITS: Final = {word: n for n, word in enumerate(_DIGITS) if n}
SMALL_NUMBERS: Final = {word: n for n, word in enumerate(_DIGITS + _TEENS) if n} | TENS

# British spellings: colour, neighbourhood, favourite.
_OUR: Final = ["arm", "col", "fav", "harb", "hon", "hum", "lab", "neighb", "rum", "savi", "vap"]
_ENDINGS: Final = ["", "s", "ed", "ful", "hood", "able", "ing", "ite", "ites", "less"]

# One spelling for each meaning. "I" stays a word: it is far more often a pronoun than a number.
CANONICAL: Final[dict[str, str]] = {
    **{word: str(n) for n, word in enumerate(_DIGITS + _TEENS)},
    **{word: str(n) for word, n in TENS.items()},
    **{tens + unit: str(TENS[tens] + UNITS[unit]) for tens, unit in product(TENS, UNITS)},
    "too": "2",
    **{roman: str(n) for n, roman in enumerate(_ROMAN, 2)},
    **{word: f"{n}{_SUFFIX.get(n, 'th')}" for n, word in enumerate(_ORDINALS, 1)},
    **{f"{stem}our{ending}": f"{stem}or{ending}" for stem, ending in product(_OUR, _ENDINGS)},
    "doctor": "dr",
    "grey": "gray",
    "greys": "grays",
    "mister": "mr",
    "mount": "mt",
    "saint": "st",
    "theatre": "theater",
}
