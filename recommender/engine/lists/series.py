"""Series in lists: the first unseen movie of a series comes first, and no series fills a list."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.engine.data.types import Bool, Int32

MAX_OF_A_SERIES = 2
WINDOW = 20
"""At most so many movies of one series stand among so many neighbours in a list."""


@dataclass(frozen=True, slots=True, eq=False)
class InOrder:
    """A ranking in which series are in order, and the movies that stand where a later one of their series stood."""

    ranking: Int32
    stands_for: dict[int, int]


def in_order(ranking: Int32, series: Int32, members: Sequence[Int32], allowed: Bool) -> InOrder:
    """Let the movies of each series stand in the order of release, and at most two of them in twenty.

    Where a movie of a series stands first, the earliest allowed movie of that series takes its place, from wherever it
    was, and the others follow in their order; movies that are too many move down, behind the next ones.

    Parameters
    ----------
    ranking : (n,) int32
        Movie indices, best first.
    series : (n_movies,) int32
        The number of every movie's series, -1 for none.
    members : sequence of int32 arrays
        The movies of each series, in the order of release.
    allowed : (n_movies,) bool
        Which movies may be moved; the others of the ranking keep their places.

    Returns
    -------
    InOrder
        Movies that were brought forward from beyond the ranking push out the last ones of their series.
    """
    numbers = series[ranking]
    reordered = ranking.copy()
    stands_for: dict[int, int] = {}
    for number in np.unique(numbers[numbers >= 0]):
        positions = np.flatnonzero((numbers == number) & allowed[ranking])
        ranked = ranking[positions].tolist()
        if not ranked:
            continue
        by_release = members[number].tolist()
        last = max(by_release.index(movie) for movie in ranked)
        shown = [movie for movie in by_release[: last + 1] if allowed[movie]][: len(ranked)]
        reordered[positions] = shown
        moved = zip(shown, ranked, strict=True)
        stands_for |= {new: old for new, old in moved if by_release.index(new) < by_release.index(old)}
    return InOrder(reordered[_spread(series[reordered])], stands_for)


def sequels_of_disliked(series: Int32, members: Sequence[Int32], rated: Int32, *, liked: Bool, disliked: Bool) -> Int32:
    """Return the movies that follow a disliked one in a series of which the user likes no movie, sorted.

    Who dislikes the third movie of a series may still like the first two.

    Parameters
    ----------
    series : (n_movies,) int32
        The number of every movie's series, -1 for none.
    members : sequence of int32 arrays
        The movies of each series, in the order of release.
    rated : (n_ratings,) int32
        Movie indices.
    liked, disliked : (n_ratings,) bool
        What the user thinks of them.
    """
    numbers = np.setdiff1d(series[rated[disliked]], np.append(series[rated[liked]], -1))
    parts = [members[number][np.isin(members[number], rated[disliked]).argmax() :] for number in numbers]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int32)


def _spread(series: Int32) -> Int32:
    """Return an order of positions in which at most two of a series stand among any twenty."""
    waiting: list[int] = []
    order: list[int] = []
    recent: list[int] = []
    positions = iter(range(series.size))
    following: int | None = next(positions, None)
    while waiting or following is not None:
        free = next((position for position in waiting if _has_room(series[position], recent)), None)
        if free is not None:
            waiting.remove(free)
        elif following is not None:
            position, following = following, next(positions, None)
            if not _has_room(series[position], recent):
                waiting.append(position)
                continue
            free = position
        else:
            free = waiting.pop(0)  # nothing else is left to stand between them
        order.append(free)
        recent = [*recent, int(series[free])][-(WINDOW - 1) :]
    return np.array(order, dtype=np.int32)


def _has_room(number: int, recent: list[int]) -> bool:
    return number < 0 or recent.count(number) < MAX_OF_A_SERIES
