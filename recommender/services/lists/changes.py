"""What a rating changed in a rater's list."""

from collections.abc import Mapping
from dataclasses import dataclass

from recommender.models import Rater
from recommender.services.catalogue.movies import Mine
from recommender.services.lists import served_model
from recommender.services.lists.dials import Dials
from recommender.services.lists.reasons import joined, titles_of
from recommender.services.lists.served_model import Served
from recommender.services.lists.steps import ranking_of, said_by

N_NAMED = 2


@dataclass(frozen=True, slots=True)
class Changes:
    """Movies (id, title) that entered and left the top of the list, best first, and a sentence about them.

    The movie that was rated, or whose rating was removed, is not among them.
    """

    entered: list[tuple[int, str]]
    left: list[tuple[int, str]]
    sentence: str


@dataclass(frozen=True, slots=True)
class Before:
    """The model and what the rater had said before the change."""

    served: Served
    mine: Mine
    length: int


def before(*, rater: Rater, length: int, algorithm: str | None = None) -> Before | None:
    """Remember the list before a rating changes; None if no model is in service.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm asked for has no version in service.
    """
    try:
        served = served_model.for_rater(rater, algorithm)
    except served_model.UnknownAlgorithm:
        if algorithm is not None:
            raise
        return None
    return Before(served, said_by(rater), length)


def since(state: Before | None, *, movie_id: int, half_stars: int | None) -> Changes | None:
    """Compare the lists before and after a movie was rated `half_stars`, or its rating was removed (None).

    None if there is no list afterwards. Two fold-ins and one query.
    """
    if state is None:
        return None
    ratings = {rated: value for rated, value in state.mine.half_stars.items() if rated != movie_id}
    if half_stars is not None:
        ratings[movie_id] = half_stars
    if state.served.missing(len(ratings)) > 0:
        return None
    old = [] if state.served.missing(len(state.mine.half_stars)) > 0 else _top(state, state.mine.half_stars)
    new = _top(state, ratings)
    entered = [each for each in new if each not in old and each != movie_id]
    left = [each for each in old if each not in new and each != movie_id]
    titles = titles_of([*entered, *left])
    named = [(each, titles[each]) for each in entered if each in titles]
    return Changes(named, [(each, titles[each]) for each in left if each in titles], _sentence(named))


def _top(state: Before, half_stars: Mapping[int, int]) -> list[int]:
    top = ranking_of(state.served, Mine(half_stars, state.mine.marks), Dials(), n=state.length)
    movie_ids: list[int] = state.served.model.movie_ids[top].tolist()
    return movie_ids


def _sentence(entered: list[tuple[int, str]]) -> str:
    """Return "New in your list: Heat, Ran and 3 more"."""
    if not entered:
        return "Your list has not changed"
    titles = [title for _, title in entered[:N_NAMED]]
    more = len(entered) - len(titles)
    return "New in your list: " + joined([*titles, f"{more} more"] if more else titles)
