"""What the movie page says of a movie besides its text: its series, its certification, and where to watch it."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.utils.translation.trans_real import parse_accept_lang_header

from recommender.models import Availability, Certification, Movie, Preferences, Provider, Rater
from recommender.services.versions import serving

TRAILERS: Final = "https://www.youtube.com/watch?v="


class UnknownProvider(LookupError):
    """A provider that the site does not know."""


class UnknownCountry(LookupError):
    """A country for which the site does not know where to watch movies."""


@dataclass(frozen=True, slots=True)
class Series:
    """A series: its movies in the order of release, and the place of this one, from 1; no name if no collection has."""

    name: str
    movies: list[Movie]
    place: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider that shows a movie, and whether it is one of the member's services."""

    name: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class MovieFacts:
    """The facts about a movie for somebody in a country; empty where nothing is known."""

    country: str
    certification: str
    providers: list[tuple[str, list[Offer]]]
    series: Series | None
    trailer: str
    coming_on: date | None


def facts_of(movie: Movie, *, country: str, services: Collection[int] = ()) -> MovieFacts:
    """Return the facts about a movie, a member's own services first, in three queries at most."""
    certification, providers = "", []
    if country:
        rows = Availability.objects.of_movie(movie, country)
        by_kind = groupby(rows, key=Availability.get_kind_display)
        providers = [(kind, _offers(some, services)) for kind, some in by_kind]
        named = Certification.objects.filter(movie=movie, country=country)
        certification = named.values_list("name", flat=True).first() or ""
    return MovieFacts(
        country=country,
        certification=certification,
        providers=providers,
        series=_series_of(movie),
        trailer=f"{TRAILERS}{movie.trailer}" if movie.trailer else "",
        coming_on=movie.released_on if movie.released_on and movie.released_on > date.today() else None,
    )


def country_of(user: User | AnonymousUser, accept_language: str) -> str:
    """Return the country somebody has chosen, or else the first that their browser's languages name, or nothing."""
    chosen = chosen_country(user) if isinstance(user, User) else ""
    asked = (language.rpartition("-")[2].upper() for language, _ in parse_accept_lang_header(accept_language))
    offered = [country for country in (chosen, *asked) if country in settings.TMDB_COUNTRIES]
    return offered[0] if offered else ""


def chosen_country(user: User) -> str:
    """Return the country that a member has chosen, or nothing."""
    return Preferences.objects.filter(rater__user=user).values_list("country", flat=True).first() or ""


def services_of(user: User | AnonymousUser) -> frozenset[int]:
    """Return the ids of the providers that a member has chosen as their services."""
    if not isinstance(user, User):
        return frozenset()
    chosen = Preferences.services.through.objects.filter(preferences__rater__user=user)
    return frozenset(chosen.values_list("provider_id", flat=True))


def choose_services(*, rater: Rater, provider_ids: Collection[int]) -> None:
    """Make these providers the services of a member, in place of the ones before.

    Raises
    ------
    UnknownProvider
        If the site does not know one of them.
    """
    known = set(Provider.objects.filter(pk__in=provider_ids).values_list("pk", flat=True))
    unknown = sorted(set(provider_ids) - known)
    if unknown:
        raise UnknownProvider(
            f"There is no provider with id {unknown[0]}; /api/v1/settings/services lists those there are."
        )
    with transaction.atomic():
        Preferences.objects.get_or_create(rater=rater)[0].services.set(known)


def choose_country(*, rater: Rater, country: str) -> None:
    """Let a member watch movies in this country; nothing takes the choice back.

    Raises
    ------
    UnknownCountry
        If the site does not know where to watch movies there.
    """
    if country and country not in settings.TMDB_COUNTRIES:
        raise UnknownCountry(f'"{country}" is not a country of this site; choose {", ".join(settings.TMDB_COUNTRIES)}.')
    Preferences.objects.update_or_create(rater=rater, defaults={"country": country})


def _offers(rows: Iterable[Availability], services: Collection[int]) -> list[Offer]:
    offers = (Offer(row.provider.name, row.provider_id in services) for row in rows)
    return sorted(offers, key=lambda offer: not offer.is_mine)


def _series_of(movie: Movie) -> Series | None:
    """Return the series by the title index in service, as lists and the search have it."""
    index = serving.title_index()
    movie_ids = index.series_by_movie.get(movie.pk) if index is not None else None
    if movie_ids is None:
        return None
    rows = Movie.objects.with_ids(movie_ids).select_related("collection").only("title", "year", "collection__name")
    found = {row.pk: row for row in rows}
    movies = [found[movie_id] for movie_id in movie_ids if movie_id in found]
    names = Counter(row.collection.name for row in movies if row.collection)
    name = names.most_common(1)[0][0] if names else ""
    return Series(name, movies, movies.index(movie) + 1) if len(movies) > 1 else None
