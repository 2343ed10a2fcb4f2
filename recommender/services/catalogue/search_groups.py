"""What a search finds besides titles: the movies of the people it names, and those with a tag of this name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from django.db.models import F

from recommender.models import Credit, Movie, MovieTag, Tag
from recommender.services.catalogue import people, title_search
from recommender.services.ratings.tags import folded
from recommender.titles.query import TitleQuery

N_MOVIES: Final = 20
N_PEOPLE: Final = 2


@dataclass(frozen=True, slots=True)
class Group:
    """Movies that have something of this name in common, the first ones of `count`."""

    kind: Literal["person", "tag"]
    name: str
    movies: list[Movie]
    count: int
    person_id: int | None = None


def groups_for(query: TitleQuery) -> list[Group]:
    """Return the groups for a search; none without words, and none on the pages after the first."""
    name = folded(query.text)
    if not name or query.offset:
        return []
    return [group for find in FINDERS for group in find(name, query) if group.movies]


def _of_people(name: str, query: TitleQuery) -> Iterable[Group]:
    """Yield the movies of each person whose name is in the search, the most rated first.

    Where the other words of the search stand in titles of theirs, only these: "david fincher seven".
    """
    for named in people.named_in(name, limit=N_PEOPLE):
        credits = Credit.objects.filter(person=named.person)
        movies = Movie.objects.originals().filter(pk__in=credits.values("movie_id")).only(*Movie.TITLES)
        known = movies.order_by("-rating_count", F("imdb_votes").desc(nulls_last=True), "pk")
        matching = title_search.matching(query, [movie.pk for movie in known])
        kept = [movie for movie in known if movie.pk in matching]
        kept = [movie for movie in kept if named.others <= _words_of_titles(movie)] or kept
        shown = Movie.objects.in_order([movie.pk for movie in kept[:N_MOVIES]])
        yield Group("person", named.person.name, shown, len(kept), named.person.pk)


def _words_of_titles(movie: Movie) -> set[str]:
    return {word for title in (movie.title, *movie.other_titles()) for word in people.words_of(title)}


def _tagged(name: str, query: TitleQuery) -> Iterable[Group]:
    """Yield the movies with a tag of exactly this name, those first that got it most often."""
    tag = Tag.objects.filter(name=name).first()
    if tag is None:
        return
    given = MovieTag.objects.filter(tag=tag, movie__in=Movie.objects.originals())
    movie_ids = list(given.order_by("-count", "-movie__rating_count", "movie_id").values_list("movie_id", flat=True))
    matching = title_search.matching(query, movie_ids)
    kept = [movie_id for movie_id in movie_ids if movie_id in matching]
    yield Group("tag", name, Movie.objects.in_order(kept[:N_MOVIES]), len(kept))


FINDERS: Final[tuple[Callable[[str, TitleQuery], Iterable[Group]], ...]] = (_of_people, _tagged)
"""A further kind of group is a function in this table."""
