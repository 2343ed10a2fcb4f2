"""The rows of the home page that change from day to day: a rater's own list of a few movies that belong together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, get_args

import numpy as np
from django.utils import timezone

from recommender.engine.experiments.interleaving import seed_of
from recommender.engine.model.item_features import indices_of
from recommender.engine.model.opinions import TOLERANCE, is_liked, middle_of
from recommender.models import Mark, Movie, Rater
from recommender.services.catalogue.movies import Mine
from recommender.services.lists import movie_arrays, served_model
from recommender.services.lists.dials import GEMS_ONLY, Dials, seed_of_today
from recommender.services.lists.recommendations import Recommendations, make_list
from recommender.services.lists.served_model import Served
from recommender.services.lists.steps import said_by
from recommender.services.versions import serving

Kind = Literal["because", "gems", "series", "watchlist"]
KINDS: tuple[Kind, ...] = get_args(Kind)
N_LOVED = 20
"""A row is about one of so many movies, those with the most stars."""
LOVED_HALF_STARS = 8
MANY_OF_A_DECADE = 100
Choice = TypeVar("Choice")


@dataclass(frozen=True, slots=True)
class HomeRow:
    """A heading that says why these movies, the movies, and which movie or decade the row is about."""

    heading: str
    listed: Recommendations
    movie_id: int | None = None
    decade: int | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    heading: str
    dials: Dials
    movie_id: int | None = None
    decade: int | None = None


def kinds_of_today() -> tuple[Kind, ...]:
    """Return which rows the home page has today, from the top: the last one changes."""
    return ("because", "gems", ("series", "watchlist")[timezone.now().toordinal() % 2])


def row_of_today(kind: Kind, *, rater: Rater, limit: int) -> HomeRow:
    """Return a row; without movies if there is nothing of its kind for this rater.

    What the rater would probably not like is left out, unless they have put it on their watchlist.

    Raises
    ------
    UnknownAlgorithm
        If no model is in service.
    TooFewRatings
        If the rater has fewer ratings than their algorithm needs.
    """
    served = served_model.for_rater(rater)
    mine = said_by(rater)
    asked = ASK[kind](served, rater, mine) or _Asked("", Dials(among=frozenset()))
    listed = make_list(served, mine, asked.dials, limit=limit)
    if kind != "watchlist":
        listed = _likeable(listed)
    return HomeRow(asked.heading, listed, asked.movie_id, asked.decade)


def _because(served: Served, rater: Rater, mine: Mine) -> _Asked | None:
    """Ask for the movies most similar to one that the rater loves."""
    neighbours = serving.neighbours()
    by_stars = sorted(mine.half_stars.items(), key=lambda each: (-each[1], each[0]))
    liked = is_liked(np.array([half_stars for _, half_stars in by_stars], dtype=np.int8))
    loved = [
        (movie_id, half_stars)
        for (movie_id, half_stars), is_one in zip(by_stars, liked.tolist(), strict=True)
        if is_one and half_stars >= LOVED_HALF_STARS and neighbours is not None and len(neighbours.of(movie_id))
    ][:N_LOVED]
    if not loved or neighbours is None:
        return None
    movie_id, half_stars = _todays(loved, f"movies loved by rater {rater.pk}")
    title = Movie.objects.values_list("title", flat=True).get(pk=movie_id)
    among = frozenset(int(each) for each in neighbours.of(movie_id))
    return _Asked(f"Because you gave {title} {half_stars / 2:g}", Dials(among=among), movie_id=movie_id)


def _gems(served: Served, rater: Rater, mine: Mine) -> _Asked | None:
    """Ask for little-known movies of a decade of which the catalogue has many."""
    catalogue = movie_arrays.of(served.model)
    years = catalogue.years[(catalogue.rating_counts > 0) & (catalogue.years > 0)]
    decades, counts = np.unique(years // 10 * 10, return_counts=True)
    rich = decades[counts >= min(MANY_OF_A_DECADE, counts.max(initial=1))].tolist()
    if not rich:
        return None
    decade = _todays(rich, f"decades of rater {rater.pk}")
    return _Asked(f"Gems of the {decade}s", Dials(decade=decade, popularity=GEMS_ONLY), decade=decade)


def _series(served: Served, rater: Rater, mine: Mine) -> _Asked | None:
    """Ask for the first unseen movie of each series of which the rater has seen one."""
    ids, series = served.model.movie_ids, movie_arrays.series_of(served.model)
    seen_ids = [*mine.half_stars, *(pk for pk, kind in mine.marks.items() if kind == Mark.Kind.SEEN)]
    seen, _ = indices_of(ids, np.array(seen_ids, dtype=np.int32))
    begun = [series.members[number] for number in np.unique(series.numbers[seen]) if number >= 0]
    unseen = [members[~np.isin(members, seen)] for members in begun]
    first = frozenset(int(ids[members[0]]) for members in unseen if members.size)
    return _Asked("Finish the series", Dials(among=first)) if first else None


def _watchlist(served: Served, rater: Rater, mine: Mine) -> _Asked | None:
    """Ask for the watchlist, in an order that changes from day to day."""
    wanted = frozenset(pk for pk, kind in mine.marks.items() if kind == Mark.Kind.WATCHLIST)
    if not wanted:
        return None
    return _Asked("From your watchlist, for tonight", Dials(among=wanted, seed=seed_of_today(rater)))


ASK: dict[Kind, Callable[[Served, Rater, Mine], _Asked | None]] = {
    "because": _because,
    "gems": _gems,
    "series": _series,
    "watchlist": _watchlist,
}


def _todays(choices: Sequence[Choice], of: str) -> Choice:
    """Return whose turn it is: each day the next one."""
    return choices[(seed_of(of) + timezone.now().toordinal()) % len(choices)]


def _likeable(listed: Recommendations) -> Recommendations:
    """Leave out what is predicted so low that it would disappoint."""
    half_stars = np.array(list(listed.mine.half_stars.values()), dtype=np.int8)
    lowest = middle_of(half_stars) - TOLERANCE if half_stars.size else -np.inf
    return replace(listed, results=[each for each in listed.results if each.predicted_stars >= lowest])
