"""Which movies are parts of one series: by collections where they are known, else by titles."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from recommender.titles.series import UNKNOWN_YEAR, SeriesTitle, find_series, readings_of


def all_series(titles: Sequence[SeriesTitle]) -> list[list[int]]:
    """Group movies into series, as everything that knows series has them.

    Movies of a collection are a series. A movie without one that belongs to a series by its title joins the collection
    of the movie before it there or, if none before it has one, of the first that has. Series without any collection
    stay as their titles tell.

    Parameters
    ----------
    titles : sequence of SeriesTitle

    Returns
    -------
    list of list of int
        Positions in `titles`, at least two a series, by year and then by day of release; a movie is in one series at
        most.
    """
    by_titles = find_series(titles)
    by_collection = defaultdict[int, list[int]](list)
    for position, title in enumerate(titles):
        if title.collection is not None:
            by_collection[title.collection].append(position)
    found = []
    for members in by_titles:
        if any(titles[position].collection is not None for position in members):
            for position, collection in _joining(members, titles):
                by_collection[collection].append(position)
        else:
            found.append(members)
    collected = (sorted(members, key=lambda position: _release(position, titles)) for members in by_collection.values())
    return found + [members for members in collected if len(members) > 1]


def _joining(members: Sequence[int], titles: Sequence[SeriesTitle]) -> Iterator[tuple[int, int]]:
    """Yield the movies of a series by titles that have no collection, each with the one that it joins."""
    known = (titles[position].collection for position in members)
    before = next(collection for collection in known if collection is not None)
    for position in members:
        collection = titles[position].collection
        if collection is None:
            yield position, before
        else:
            before = collection


def _release(position: int, titles: Sequence[SeriesTitle]) -> tuple[int, date, int, int]:
    """Return what orders the movies of a collection; a number in the title decides where no day is known."""
    title = titles[position]
    numbers = [reading.number for reading in readings_of(title) if reading.number is not None]
    return title.year or UNKNOWN_YEAR, title.released_on or date.max, min(numbers, default=0), position
