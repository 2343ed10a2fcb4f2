"""Which number a movie has in its series, by its title or else by the order of release."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from recommender.titles.series import HIGHEST_NUMBER, SeriesTitle, Words, readings_of
from recommender.titles.text import front_article, title_words, without_article
from recommender.titles.words import ENGLISH_ARTICLES

SEEN_OF_A_SERIES: Final = 0.02
SEEN_OF_THE_FIRST: Final = 0.1
"""The fewest ratings that a movie needs to be counted, as a share of those of the most rated one of its series."""

_COLLECTED: Final = frozenset({"collection", "saga", "series", "trilogy"})
"""How names of collections end: "The Dark Knight Collection"."""

Numbers = set[tuple[Words, int]]


def series_numbers(
    titles: Sequence[SeriesTitle], series: Sequence[Sequence[int]], rating_counts: Sequence[int]
) -> dict[int, Numbers]:
    """Number the movies of every series.

    Parameters
    ----------
    titles : sequence of SeriesTitle
    series : sequence of sequence of int
        From `all_series`: positions in `titles`, in the order of release.
    rating_counts : sequence of int
        By position; what hardly anyone has seen of a series (a fan film, an old serial) is not counted, unless it is
        in a collection.

    Returns
    -------
    dict of int to set of (tuple of str, int)
        For each position in a series, its names of the series, each with the movie's number. The name that most
        titles have numbers all movies, another only those that have it; the name of the collection has the numbers of
        the first. A title without a number comes after the movie before it.
    """
    found = defaultdict[int, Numbers](set)
    for members in series:
        readings = {position: _numbers_by_name(titles[position]) for position in members}
        shared = Counter(name for names in readings.values() for name in names)
        main = max(shared, key=lambda name: (shared[name], -len(name), name))
        most = max(rating_counts[position] for position in members)
        for name in (name for name, count in shared.items() if count > 1 or name == main):
            number = 0
            for position in members:
                written = readings[position].get(name)
                enough = most * (SEEN_OF_A_SERIES if number else SEEN_OF_THE_FIRST)
                counts = rating_counts[position] >= enough or titles[position].collection is not None
                if counts and (name == main or name in readings[position]):
                    number = written or number + 1
                    found[position].add((name, number))
                elif written is not None:
                    found[position].add((name, written))
        _also_call(_name_of_collection([titles[position] for position in members]), main, members, found)
    return dict(found)


def _name_of_collection(members: Sequence[SeriesTitle]) -> Words:
    """Return the name that most movies have for their collection, without what only says that it is one."""
    names = Counter(title.collection_name for title in members if title.collection_name)
    words = title_words(front_article(names.most_common(1)[0][0])) if names else []
    while words and words[-1] in _COLLECTED:
        words.pop()
    return tuple(without_article(words, ENGLISH_ARTICLES))


def _also_call(name: Words, main: Words, members: Sequence[int], found: Mapping[int, Numbers]) -> None:
    if name and name != main:
        for position in members:
            found[position].update([(name, number) for base, number in found[position] if base == main])


def _numbers_by_name(title: SeriesTitle) -> dict[Words, int | None]:
    """Return the names of a series that a title may have, each with the number that follows it, if there is one."""
    numbers = dict[Words, int | None]()
    for reading in readings_of(title):
        number = reading.number if reading.number is not None and reading.number <= HIGHEST_NUMBER else None
        numbers[reading.base] = numbers.get(reading.base) or number
    return numbers
