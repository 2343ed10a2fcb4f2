"""People as reasons: somebody whom all the movies that speak for another one have in common with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from recommender.models import Credit

LEAST_MOVIES = 2
"""Somebody is liked from so many liked movies on, if these are more than half of those that the user has rated."""


@dataclass(frozen=True, slots=True)
class LikedPerson:
    """Somebody whom the user likes, and the titles of the liked movies with them that speak for a movie."""

    person_id: int
    name: str
    titles: Sequence[str]


def shared_by_all(speaking: Mapping[int, Mapping[int, str]], opinions: Mapping[int, bool]) -> dict[int, LikedPerson]:
    """Return whom a movie shares with all the liked movies that speak for it, by the id of the movie.

    A director stands before a writer, and a writer before the cast. Two queries at most.

    Parameters
    ----------
    speaking : mapping of int to mapping of int to str
        By the id of a movie the ids and titles of the liked movies that speak for it.
    opinions : mapping of int to bool
        Whether the user likes each movie that they have rated.
    """
    several = {pk: titles for pk, titles in speaking.items() if len(titles) >= LEAST_MOVIES}
    shared = _shared(several)
    if not shared:
        return {}
    liked = _liked({person for people in shared.values() for person, _ in people}, opinions)
    found = {}
    for pk, people in shared.items():
        for person, name in people:
            if person in liked:
                found[pk] = LikedPerson(person, name, list(several[pk].values()))
                break
    return found


def _shared(several: Mapping[int, Mapping[int, str]]) -> dict[int, list[tuple[int, str]]]:
    """Return the people, id and name, who made a movie and all that speak for it, in the order of its credits."""
    others = sorted({other for titles in several.values() for other in titles})
    if not others:
        return {}
    with_others: dict[tuple[int, int, str], set[int]] = {}
    credited = Credit.objects.in_common(list(several), others).order_by("work", "place", "person_id")
    fields = ("movie_id", "person_id", "person__name", "person__credits__movie_id")
    for movie, person, name, other in credited.values_list(*fields):
        with_others.setdefault((movie, person, name), set()).add(other)
    shared: dict[int, list[tuple[int, str]]] = {}
    for (movie, person, name), found in with_others.items():
        if found >= several[movie].keys():
            shared.setdefault(movie, []).append((person, name))
    return shared


def _liked(people: Iterable[int], opinions: Mapping[int, bool]) -> set[int]:
    """Return who has made at least two movies that the user likes, and more of these than of the others they rated."""
    rated = Credit.objects.of_people(people, list(opinions)).values_list("person_id", "movie_id").distinct()
    likes: dict[int, list[bool]] = {}
    for person, movie in rated:
        likes.setdefault(person, []).append(opinions[movie])
    return {person for person, each in likes.items() if sum(each) >= LEAST_MOVIES and sum(each) > len(each) / 2}
