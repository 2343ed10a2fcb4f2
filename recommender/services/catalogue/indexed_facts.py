"""The facts about movies that the title index is told, as terms by which filters find them: "Provider:US:8"."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import IntEnum
from sys import intern
from typing import Any, Final

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import CharField, Count, F, Model, QuerySet, Value
from django.db.models.functions import Cast, Concat

from recommender.models import Availability, Certification, Movie, MovieKeyword, MovieTag

FEW: Final = 50
"""The movies of a tag or keyword that has at most so many are read from the database, so that a new one counts."""


class Runtime(IntEnum):
    """The longest lengths that the filter offers, in minutes."""

    HOUR_AND_A_HALF = 90
    TWO_HOURS = 120
    TWO_HOURS_AND_A_HALF = 150


def fact(*parts: object) -> str:
    """Return a fact as the index has it: its kind, which begins with a capital letter, and its value."""
    return intern(":".join(map(str, parts)))


def of_movie(movie: Movie) -> Iterator[str]:
    """Yield the facts that are in the movie's own row."""
    if movie.runtime_minutes is not None:
        yield from (fact("Runtime", int(longest)) for longest in Runtime if movie.runtime_minutes <= longest)
    if movie.original_language:
        yield fact("Language", movie.original_language)
    yield from (fact("Country", country) for country in dict.fromkeys(movie.countries))


def by_movie() -> dict[int, tuple[str, ...]]:
    """Return the facts that are in other tables, by movie id, with a query for each table."""
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for rows in (
        _facts(Certification.objects.all(), Value("Certification:"), F("country"), Value(":"), F("name")),
        _facts(Availability.objects.all(), Value("Provider:"), F("country"), Value(":"), F("provider_id")),
        _facts(_common(MovieTag.objects.all(), "tag_id"), Value("Tag:"), F("tag_id")),
        _facts(_common(MovieKeyword.objects.all(), "keyword_id"), Value("Keyword:"), F("keyword_id")),
    ):
        for movie_id, facts in rows:
            found[movie_id] += tuple(map(intern, facts))
    return found


def _common(rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    """Return the rows of tags or keywords that more than a few movies have."""
    common = rows.order_by().values(field).annotate(n_movies=Count("movie_id")).filter(n_movies__gt=FEW)
    return rows.filter(**{f"{field}__in": common.values(field)})


def _facts(rows: QuerySet[Any, Model], *parts: Value | F) -> Iterable[tuple[int, list[str]]]:
    """Yield the facts of each movie."""
    texts = (Cast(part, CharField()) for part in parts)
    each = ArrayAgg(Concat(*texts, output_field=CharField()), distinct=True)
    by_movie = rows.order_by().values("movie_id").annotate(facts=each)
    found: Iterable[tuple[int, list[str]]] = by_movie.values_list("movie_id", "facts").iterator()
    return found
