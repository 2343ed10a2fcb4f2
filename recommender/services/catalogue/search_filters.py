"""The filters by facts that a search offers, and what they ask of the title index."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User

from recommender.models import Keyword, MovieKeyword, MovieTag, Provider, Tag
from recommender.services.catalogue import indexed_facts, movie_facts
from recommender.services.catalogue.indexed_facts import fact
from recommender.services.ratings import tags
from recommender.services.versions import serving
from recommender.titles.index import TitleIndex


class BadFilter(ValueError):
    """A filter that this site, or this member, cannot have."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The values that filters offer in a country, the most frequent first; certifications in their own order."""

    runtimes: list[int] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    certifications: list[str] = field(default_factory=list)
    providers: list[tuple[int, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Tell whether there is anything to choose."""
        return any((self.runtimes, self.languages, self.countries, self.certifications, self.providers))


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What filters by facts ask of the index: the fields of a `TitleQuery`."""

    facts: tuple[frozenset[str], ...] = ()
    among: frozenset[int] | None = None


class _Menus:
    """The facts of an index by kind and country, and the names of providers."""

    def __init__(self, facts: Mapping[str, int]) -> None:
        self.counts: dict[str, Counter[str]] = {}
        for name, count in facts.items():
            kind, _, value = name.partition(":")
            if kind in ("Certification", "Provider"):
                country, _, value = value.partition(":")
                kind = fact(kind, country)
            self.counts.setdefault(kind, Counter())[value] = count
        provider_ids = {int(value) for kind in self.counts if kind.startswith("Provider:") for value in self.of(kind)}
        self.names: dict[int, str] = dict(Provider.objects.filter(pk__in=provider_ids).values_list("pk", "name"))

    def of(self, kind: str) -> list[str]:
        return [value for value, _ in self.counts.get(kind, Counter[str]()).most_common()]

    def best_known_country(self) -> str:
        """Return the country for which most is known."""
        known = {
            country: sum(
                sum(self.counts.get(fact(kind, country), {}).values()) for kind in ("Certification", "Provider")
            )
            for country in settings.TMDB_COUNTRIES
        }
        return max(known, key=lambda country: known[country], default="")


_by_index: WeakKeyDictionary[TitleIndex, _Menus] = WeakKeyDictionary()


def _menus() -> _Menus | None:
    index = serving.title_index()
    if index is None:
        return None
    found = _by_index.get(index)
    if found is None:
        found = _by_index[index] = _Menus(index.facts)
    return found


def region_for(user: User | AnonymousUser, accept_language: str, asked: str = "") -> str:
    """Return the country whose certifications and providers filters mean.

    That is the one asked for, or else the member's, or else the browser's, or else the one of which most is known.
    """
    if asked in settings.TMDB_COUNTRIES:
        return asked
    menus = _menus()
    return movie_facts.country_of(user, accept_language) or (menus.best_known_country() if menus else "")


def checked_region(region: str) -> str:
    """Return the country that somebody asks for, or nothing.

    Raises
    ------
    BadFilter
        If the site does not know what is shown there.
    """
    if region and region not in settings.TMDB_COUNTRIES:
        countries = ", ".join(settings.TMDB_COUNTRIES)
        raise BadFilter(f'region: "{region}" is not a country of this site; choose {countries}.')
    return region


def choices(region: str) -> Choices:
    """Return what the filters offer; nothing of what the index does not know."""
    menus = _menus()
    if menus is None:
        return Choices()
    provider_ids = (int(value) for value in menus.of(fact("Provider", region)))
    return Choices(
        runtimes=sorted(map(int, menus.of("Runtime"))),
        languages=menus.of("Language"),
        countries=menus.of("Country"),
        certifications=sorted(menus.of(fact("Certification", region)), key=_by_age),
        providers=[(each, menus.names[each]) for each in provider_ids if each in menus.names],
    )


def narrowed(
    *,
    region: str,
    runtime: int | None = None,
    language: str | None = None,
    country: str | None = None,
    certification: str | None = None,
    provider: int | None = None,
    services: Iterable[int] | None = None,
    tag: str | None = None,
    keyword: int | None = None,
) -> Narrowed:
    """Return what these filters ask of the index; a tag and a keyword cost a query or two each.

    Raises
    ------
    BadFilter
        If the search is for services, and there are none.
    """
    facts = [
        frozenset([fact(kind, value)])
        for kind, value in (
            ("Runtime", None if runtime is None else int(runtime)),
            ("Language", language),
            ("Country", country),
            (fact("Certification", region), certification),
            (fact("Provider", region), provider),
        )
        if value is not None
    ]
    if services is not None:
        facts.append(frozenset(fact("Provider", region, service) for service in services))
        if not facts[-1]:
            raise BadFilter("my_services: you have chosen no services; choose them on your account page.")
    among: frozenset[int] | None = None
    for kind, pk, rows in _linked(tag, keyword):
        few = frozenset(rows)
        if len(few) > indexed_facts.FEW:
            facts.append(frozenset([fact(kind, pk)]))
        else:
            among = few if among is None else among & few
    return Narrowed(tuple(facts), among)


def keyword(keyword_id: str) -> Keyword | None:
    """Return a keyword by its id as somebody has typed it."""
    is_id = keyword_id.isascii() and keyword_id.isdigit() and len(keyword_id) < 10
    return Keyword.objects.filter(pk=int(keyword_id)).first() if is_id else None


def _linked(tag: str | None, keyword: int | None) -> Iterable[tuple[str, int, Iterable[int]]]:
    """Yield kind, id and the ids of the movies of a tag and of a keyword; those of what nobody knows are none."""
    limit = indexed_facts.FEW + 1
    if tag is not None:
        found = Tag.objects.filter(name=tags.folded(tag)).values_list("pk", flat=True).first() or 0
        yield "Tag", found, MovieTag.objects.filter(tag_id=found).values_list("movie_id", flat=True)[:limit]
    if keyword is not None:
        having = MovieKeyword.objects.filter(keyword_id=keyword)
        yield "Keyword", keyword, having.values_list("movie_id", flat=True)[:limit]


def _by_age(name: str) -> tuple[Any, ...]:
    """Order "6" before "12", and both before words."""
    return (0, int(name), "") if name.isascii() and name.isdigit() else (1, 0, name)
