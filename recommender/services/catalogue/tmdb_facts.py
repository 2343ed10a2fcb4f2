"""What is kept of TMDB's response about a movie: codes, ids and places, as rows of tables have them."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.conf import settings

from recommender.models import Availability, Credit
from recommender.services.catalogue.tmdb_response import CrewMember, Metadata, Named, OfferedBy

N_KEYWORDS: Final = 100
N_OF_EACH_WORK: Final = 10
N_PROVIDERS: Final = 100
"""At most so many of each are kept, the first ones; of providers, in a country and of a kind."""
N_COUNTRIES: Final = 20
CINEMA: Final = 3
Kind = Availability.Kind
Work = Credit.Work


def keywords(metadata: Metadata) -> list[Named]:
    """Return the keywords that have a name."""
    return [keyword for keyword in metadata.keywords.keywords if keyword.name][:N_KEYWORDS]


def collection(metadata: Metadata) -> Named | None:
    """Return the collection, if it has a name."""
    found = metadata.belongs_to_collection
    return found if found is not None and found.name else None


def countries(metadata: Metadata) -> list[str]:
    """Return the codes of the countries that made the movie."""
    return _distinct(country.code.upper() for country in metadata.production_countries)[:N_COUNTRIES]


def languages(metadata: Metadata) -> list[str]:
    """Return the codes of the languages that are spoken."""
    return _distinct(language.code.lower() for language in metadata.spoken_languages)[:N_COUNTRIES]


def trailer(metadata: Metadata) -> str:
    """Return the key of the trailer at YouTube: an official one if there is one, else the first."""
    found = [video for video in metadata.videos.results if (video.site, video.type) == ("YouTube", "Trailer")]
    return min(found, key=lambda video: not video.official).key if found else ""


def certifications(metadata: Metadata) -> dict[str, str]:
    """Return the certification by country, that of the release in cinemas if it has one."""
    found: dict[str, str] = {}
    for releases in metadata.release_dates.results:
        named = [release for release in releases.release_dates if release.certification]
        if named and _is_kept(releases.country.upper()):
            best = min(named, key=lambda release: release.type != CINEMA)
            found.setdefault(releases.country.upper(), best.certification or "")
    return found


def availability(metadata: Metadata) -> Iterator[tuple[str, int, int, OfferedBy]]:
    """Yield who shows the movie: country, kind, place in the list of the country, provider."""
    for country, offers in metadata.watch.results.items():
        if len(country) != 2 or not (country.isascii() and country.isalpha() and country.isupper()):
            continue
        if not _is_kept(country):
            continue
        for kind, listed in (
            (Kind.STREAM, offers.flatrate),
            (Kind.FREE, offers.free),
            (Kind.ADS, offers.ads),
            (Kind.RENT, offers.rent),
            (Kind.BUY, offers.buy),
        ):
            named = {offer.provider_id: offer for offer in reversed(listed) if offer.provider_name}
            in_order = sorted(named.values(), key=listed.index)[:N_PROVIDERS]
            yield from ((country, kind, place, offer) for place, offer in enumerate(in_order))


def people(metadata: Metadata) -> Iterator[tuple[int, int, Named]]:
    """Yield who made the movie: work, place in the credits, person; everybody once for each work."""
    cast = sorted(metadata.credits.cast, key=lambda member: member.order)
    crew = metadata.credits.crew
    for work, members in (
        (Work.DIRECTOR, [member for member in crew if member.job == "Director"]),
        (Work.WRITER, [member for member in crew if _is_writer(member)]),
        (Work.CAST, cast),
    ):
        named = list({member.id: member for member in members if member.name}.values())[:N_OF_EACH_WORK]
        yield from ((work, place, member) for place, member in enumerate(named))


def _is_writer(member: CrewMember) -> bool:
    return member.department == "Writing"


def _is_kept(country: str) -> bool:
    return country in settings.TMDB_COUNTRIES


def _distinct(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))
