"""What a rating changed in a rater's list."""

from collections.abc import Mapping
from dataclasses import dataclass

from recommender.models import Mark, Rater, Rating
from recommender.services.lists import dials, served_model
from recommender.services.lists.reasons import joined, titles_of

N_NAMED = 2


@dataclass(frozen=True, slots=True)
class Changes:
    """Movies (id, title) that entered and left the top of the list, best first; and that in words.

    The movie that was rated, or whose rating was taken back, is not among them.
    """

    entered: list[tuple[int, str]]
    left: list[tuple[int, str]]
    sentence: str


@dataclass(frozen=True, slots=True)
class Before:
    """The ratings, the marks and the model before the change."""

    served: served_model.Served
    half_stars: Mapping[int, int]
    marks: Mapping[int, str]
    length: int


def before(*, rater: Rater, length: int, algorithm: str | None = None) -> Before | None:
    """Remember the list before a rating changes; None where no model is in service.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm asked for has no version in service.
    """
    try:
        served = served_model.served(algorithm or served_model.algorithm_of(rater))
    except served_model.UnknownAlgorithm:
        if algorithm is not None:
            raise
        return None
    marks = Mark.objects.kinds_by_movie(rater)
    return Before(served, Rating.objects.half_stars_by_movie(rater), marks, length)


def since(state: Before | None, *, movie_id: int, half_stars: int | None) -> Changes | None:
    """Compare the lists before and after the rating of one movie became `half_stars`, or was taken back (None).

    None where there is no list afterwards. Two fold-ins and one query.
    """
    if state is None:
        return None
    ratings = {rated: value for rated, value in state.half_stars.items() if rated != movie_id}
    if half_stars is not None:
        ratings[movie_id] = half_stars
    if state.served.missing(len(ratings)) > 0:
        return None
    old = [] if state.served.missing(len(state.half_stars)) > 0 else _top(state, state.half_stars)
    new = _top(state, ratings)
    entered = [each for each in new if each not in old and each != movie_id]
    left = [each for each in old if each not in new and each != movie_id]
    titles = titles_of([*entered, *left])
    named = [(each, titles[each]) for each in entered if each in titles]
    return Changes(named, [(each, titles[each]) for each in left if each in titles], _sentence(named))


def _top(state: Before, half_stars: Mapping[int, int]) -> list[int]:
    model, profile = state.served.model, state.served.fold_in(half_stars)
    hidden = dials.left_out(model, profile, state.marks, dials.USUALLY_EXCLUDED)
    movie_ids: list[int] = model.movie_ids[model.recommend(profile, n=state.length, exclude=hidden)].tolist()
    return movie_ids


def _sentence(entered: list[tuple[int, str]]) -> str:
    """Return "New in your list: Heat, Ran and 3 more"."""
    if not entered:
        return "Your list stays as it is"
    titles = [title for _, title in entered[:N_NAMED]]
    more = len(entered) - len(titles)
    return "New in your list: " + joined([*titles, f"{more} more"] if more else titles)
