"""Which movies are parts of one series, told from their titles, in the order of their release."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from recommender.titles.text import front_article, split_title, title_segments, title_words, without_article
from recommender.titles.words import CANONICAL, ENGLISH_ARTICLES, STOP_WORDS

Words = tuple[str, ...]

HIGHEST_NUMBER: Final = 30
MOST_WITHOUT_NUMBERS: Final = 12
"""More movies that share only what stands before a colon are a brand ("National Geographic: …"), not a series."""
MOST_OF_ONE_WORD: Final = 20
"""A word that begins more titles than this ("Man", "Alien") says nothing about a title that continues it."""
MOST_YEARS_BETWEEN: Final = 40
UNKNOWN_YEAR: Final = 9999
YEARS_TO_A_REMAKE: Final = 5
GENRES_OF_A_SUBTITLE: Final = 1 / 3
GENRES_OF_A_CONTINUATION: Final = (0.6, 0.5)
"""The share of genres to have in common where titles have no number, of names of one word and of more."""
ORDINAL_ENDINGS: Final = ("st", "nd", "rd", "th")
_PART: Final = frozenset({"part", "vol", "volume", "episode", "chapter"})


@dataclass(frozen=True, slots=True)
class SeriesTitle:
    """What is known of one movie: its title with or without year, the year of its release, its genres, other names.

    `collection` is the number of a series that somebody has put together, `collection_name` what it is called there.
    """

    title: str
    year: int | None
    genres: frozenset[str] = frozenset()
    alternative_titles: tuple[str, ...] = ()
    released_on: date | None = None
    collection: int | None = None
    collection_name: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a title: the name of a series, the movie's number in it, or that it is the plain name."""

    base: Words
    number: int | None = None
    plain: bool = False


Members = dict[int, Reading]


def find_series(titles: Sequence[SeriesTitle]) -> list[list[int]]:
    """Group movies into series.

    A name makes a series if titles continue it with a number ("Toy Story 2", "The Godfather: Part II", "Ocean's
    Twelve"), with a subtitle ("Alien: Resurrection") or with "and" ("Harry Potter and the …"), or if a title begins or
    ends with it and shares most genres ("Mad Max Beyond Thunderdome"). A later movie of the same plain title is a
    remake: it starts a series of its own.

    Parameters
    ----------
    titles : sequence of SeriesTitle

    Returns
    -------
    list of list of int
        Positions in `titles`, at least two a series, in the order of release; a movie is in one series at most.
    """
    names = [_names(title) for title in titles]
    by_base = defaultdict[Words, Members](dict)
    for position, segments_of_names in enumerate(names):
        for segments in segments_of_names:
            for reading in _readings(segments):
                known = by_base[reading.base].get(position)
                if known is None or known.number is None:
                    by_base[reading.base][position] = reading
    established = {base: members for base, members in by_base.items() if _is_series(base, members, titles)}
    members_of_any = {position for members in established.values() for position in members}
    first_words = Counter(words[0] for words in (_without_article(sum(name[0], ())) for name in names) if words)
    for position, segments_of_names in enumerate(names):
        words = _without_article(sum(segments_of_names[0], ()))
        base = _continued(position, words, titles, by_base, established, first_words)
        if base is None and position not in members_of_any:
            base = _continued_otherwise(position, segments_of_names[0], titles, by_base, established)
        if base is not None:
            established.setdefault(base, by_base[base])[position] = Reading(base)
    return list(_one_series_each(titles, established))


def _names(title: SeriesTitle) -> list[list[Words]]:
    """Return the names of a movie, each as the words of its parts between colons and dashes."""
    main, _, alternatives = split_title(title.title)
    fronted = [front_article(name) for name in (main, *alternatives, *title.alternative_titles)]
    return [[tuple(title_words(segment)) for segment in title_segments(name) or [name]] for name in fronted]


def _readings(segments: Sequence[Words]) -> Iterator[Reading]:
    words = Words()
    for segment in segments:
        words += segment
        plain = segment is segments[-1]
        yield Reading(_without_article(words), plain=plain)
        if len(words) > 2 and words[-1] == "saga":  # "Twilight Saga: New Moon, The"
            yield Reading(_without_article(words[:-1]))
        base, number = numbered(words)
        if number is not None:
            yield Reading(base, number)
    for place in range(2, len(words) - 1):
        base = _without_article(words[:place])
        if words[place] == "and" and len(base) > 1:
            yield Reading(base)
        elif (number := _plain_number(words[place])) is not None:  # "Home Alone 2: Lost in New York"
            yield Reading(base, number)


def readings_of(title: SeriesTitle) -> Iterator[Reading]:
    """Yield the ways to read a movie's names as the name of a series and a number in it."""
    for segments in _names(title):
        yield from _readings(segments)


def numbered(words: Words) -> tuple[Words, int | None]:
    """Take the number off the end of a name: "the godfather part ii" is "godfather" and 2."""
    if len(words) > 2 and words[-2] in _PART | {"the"}:
        number = 1 if words[-1] == "i" else _any_number(words[-1])
        return _without_article(words[:-2]), number
    if len(words) < 2 or CANONICAL.get(words[-1], "").endswith(ORDINAL_ENDINGS):
        return _without_article(words[:-1]), None  # "First" begins a subtitle more often than it numbers a movie
    return _without_article(words[:-1]), _any_number(words[-1])


def _any_number(word: str) -> int | None:
    digits = CANONICAL.get(word, word)
    if len(digits) == 4 and digits.isdigit():  # "Blade Runner 2049"
        return int(digits)
    return _plain_number(digits[:-2] if digits.endswith(ORDINAL_ENDINGS) else digits)


def _plain_number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and 1 <= int(word) <= HIGHEST_NUMBER else None


def _without_article(words: Words) -> Words:
    return tuple(without_article(words, ENGLISH_ARTICLES))


def _n_meaningful(words: Words) -> int:
    return sum(word not in STOP_WORDS for word in words)


def _is_series(base: Words, members: Members, titles: Sequence[SeriesTitle]) -> bool:
    if len(members) < 2 or not any(len(word) > 1 and not word.isdigit() and word not in _PART for word in base):
        return False
    if _is_numbered(members):
        return True
    _drop_strangers(members, titles)
    if len(members) < 2 or len(members) > MOST_WITHOUT_NUMBERS:
        return False
    is_plain = [reading.plain for reading in members.values()]
    if any(is_plain):
        return not all(is_plain)
    one_man_shows = len(members) > 2 and all(titles[position].genres == {"Comedy"} for position in members)
    return _n_meaningful(base) > 1 and not one_man_shows


def _is_numbered(members: Members) -> bool:
    return len(_numbers(members) - {None}) > 1


def _numbers(members: Members) -> set[int | None]:
    return {1 if reading.plain else reading.number for reading in members.values()}


def _drop_strangers(members: Members, titles: Sequence[SeriesTitle]) -> None:
    """Drop subtitled movies that are of another kind than all others, such as the documentary about a film."""
    for position in [position for position, reading in members.items() if not reading.plain]:
        others = (titles[other].genres for other in members if other != position)
        if not any(_share(titles[position].genres, genres) >= GENRES_OF_A_SUBTITLE for genres in others):
            del members[position]


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _continued(
    position: int,
    words: Words,
    titles: Sequence[SeriesTitle],
    by_base: dict[Words, Members],
    established: dict[Words, Members],
    first_words: Counter[str],
) -> Words | None:
    """Return the name that a title begins or ends with, the longest, if it continues a movie of that name."""
    for length in range(len(words) - 1, 0, -1):
        beginning, ending = words[:length], _without_article(words[-length:])
        known = established.get(beginning)
        enough = _n_meaningful(beginning) > 1 or (known is not None and first_words[words[0]] <= MOST_OF_ONE_WORD)
        if enough and _continues(position, beginning, by_base, titles):
            return beginning
        known = established.get(ending)
        enough = len(ending) > 3 or (len(ending) > 1 and known is not None and _is_numbered(known))
        if enough and _continues(position, ending, by_base, titles):
            return ending
    return None


def _continued_otherwise(
    position: int,
    segments: Sequence[Words],
    titles: Sequence[SeriesTitle],
    by_base: dict[Words, Members],
    established: dict[Words, Members],
) -> Words | None:
    """Return the name of a series in the plural ("Aliens"), or after a colon ("X2: X-Men United")."""
    if len(segments) == 1 and segments[0]:
        singular = (*segments[0][:-1], segments[0][-1].removesuffix("s"))
        is_known = {2, 3} & _numbers(established.get(singular, {}))
        return singular if is_known and _continues(position, singular, by_base, titles, certain=True) else None
    numbered_bases = [numbered(words)[0] for words in segments[1:]]
    beginnings = [words[:n] for words in segments[1:] for n in range(len(words), 1, -1) if _n_meaningful(words[:n]) > 1]
    known = (base for base in (*numbered_bases, *beginnings) if base in established)
    return next((base for base in known if _continues(position, base, by_base, titles)), None)


def _continues(
    position: int,
    base: Words,
    by_base: dict[Words, Members],
    titles: Sequence[SeriesTitle],
    *,
    certain: bool = False,
) -> bool:
    members = by_base.get(base)
    if not members or position in members:
        return False
    later, needed = titles[position], GENRES_OF_A_CONTINUATION[certain or len(base) > 1]
    return any(
        0 < (later.year or 0) - (titles[other].year or UNKNOWN_YEAR) <= MOST_YEARS_BETWEEN
        and _share(later.genres, titles[other].genres) >= needed
        for other, reading in members.items()
        if reading.plain
    )


def _one_series_each(titles: Sequence[SeriesTitle], established: dict[Words, Members]) -> Iterator[list[int]]:
    """Yield the series, those with numbers and many movies first; a movie stays with the first that has it."""
    for base in sorted(established, key=len, reverse=True):  # "Harry Potter and the Deathly Hallows: Part 1"
        shorter = [base[:length] for length in range(len(base) - 1, 1, -1) if _n_meaningful(base[:length]) > 1]
        parent = next((name for name in shorter if name in established), None)
        if parent is not None:
            for position in established.pop(base):
                established[parent].setdefault(position, Reading(parent))
    taken = set[int]()
    in_order = sorted(established.items(), key=lambda item: (not _is_numbered(item[1]), -len(item[1]), item[0]))
    for _, members in in_order:
        for kind in {_kind(titles[position]) for position in members}:
            free = {p: r for p, r in members.items() if p not in taken and _kind(titles[p]) == kind}
            for run in _runs(titles, free):
                if len(run) > 1:
                    taken.update(run)
                    yield run


def _kind(title: SeriesTitle) -> tuple[bool, bool]:
    """Cartoons and documentaries about a film are no parts of its series."""
    return "Animation" in title.genres, "Documentary" in title.genres


def _runs(titles: Sequence[SeriesTitle], members: Members) -> Iterator[list[int]]:
    """Split at remakes, and where too many years lie between two movies."""
    run, first = list[int](), None
    for position in sorted(members, key=lambda p: (titles[p].year or UNKNOWN_YEAR, members[p].number or 0, p)):
        year = titles[position].year or UNKNOWN_YEAR
        since_first = year - first if first is not None and members[position].plain else 0
        if 0 < since_first < YEARS_TO_A_REMAKE:  # another movie that happens to have the same title
            continue
        gap = year - (titles[run[-1]].year or year) if run and titles[position].year else 0
        if run and (since_first or gap > MOST_YEARS_BETWEEN):
            yield run
            run, first = [], None
        run.append(position)
        first = year if members[position].plain and first is None else first
    yield run
