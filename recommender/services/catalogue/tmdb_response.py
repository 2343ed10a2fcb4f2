"""TMDB's response about a movie, read field by field: what differs from its documentation is left out."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, Field, OnErrorOmit, ValidationError, WrapValidator

TITLE_LENGTH = 512
OVERVIEW_LENGTH = 5000
LARGEST_ID: Final = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 1870, 2100
NO_SUCH_MOVIE = 34
"""The `status_code` in the body of TMDB's own 404; the 404 of a wrong address has none."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


class UnusableResponse(ValueError):
    """A response that is not about the movie asked for."""


def _clean(text: str | None) -> str:
    return _CONTROL.sub(" ", text or "").strip()


def or_else(default: Any) -> WrapValidator:
    """Read a value of a wrong type or size as this one."""

    def read(value: object, usual: Callable[[object], object]) -> object:
        try:
            return usual(value)
        except ValidationError:
            return default

    return WrapValidator(read)


def _at_most(length: int) -> AfterValidator:
    """Read a text that is longer as an empty one: it is not what it should be."""
    return AfterValidator(lambda text: text if len(text) <= length else "")


Text = Annotated[str | None, AfterValidator(_clean), or_else("")]
Name = Annotated[Text, _at_most(128)]
Title = Annotated[Text, _at_most(TITLE_LENGTH)]
Id = Annotated[int, Field(gt=0, le=LARGEST_ID)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z]{2}$")]
ImagePath = Annotated[str, Field(pattern=r"^/[A-Za-z0-9_.-]{1,63}$"), or_else("")]


class _Title(BaseModel):
    title: Title = ""


class _Titles(BaseModel):
    titles: Annotated[list[OnErrorOmit[_Title]], or_else([])] = []


class Named(BaseModel):
    """Something that TMDB has an id and a name for."""

    id: Id
    name: Name


class CastMember(Named):
    """Somebody who plays in the movie."""

    order: Annotated[int, Field(ge=0), or_else(LARGEST_ID)] = LARGEST_ID


class CrewMember(Named):
    """Somebody who made the movie."""

    job: Text = ""
    department: Text = ""


class Credits(BaseModel):
    """Cast and crew."""

    cast: Annotated[list[OnErrorOmit[CastMember]], or_else([])] = []
    crew: Annotated[list[OnErrorOmit[CrewMember]], or_else([])] = []


class _Keywords(BaseModel):
    keywords: Annotated[list[OnErrorOmit[Named]], or_else([])] = []


class Release(BaseModel):
    """A release in a country; type 3 is the one in cinemas."""

    certification: Annotated[Text, _at_most(16)] = ""
    type: Annotated[int, or_else(0)] = 0


class CountryReleases(BaseModel):
    """The releases in one country."""

    country: Code = Field(alias="iso_3166_1")
    release_dates: Annotated[list[OnErrorOmit[Release]], or_else([])] = []


class _Releases(BaseModel):
    results: Annotated[list[OnErrorOmit[CountryReleases]], or_else([])] = []


class Video(BaseModel):
    """A video on another site."""

    site: Text = ""
    type: Text = ""
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{6,16}$")]
    official: Annotated[bool, or_else(False)] = False


class _Videos(BaseModel):
    results: Annotated[list[OnErrorOmit[Video]], or_else([])] = []


class OfferedBy(BaseModel):
    """A provider in a list of a country."""

    provider_id: Id
    provider_name: Name


Offers = Annotated[list[OnErrorOmit[OfferedBy]], or_else([])]


class CountryOffers(BaseModel):
    """Who shows the movie in one country, by how it is paid for."""

    flatrate: Offers = []
    free: Offers = []
    ads: Offers = []
    rent: Offers = []
    buy: Offers = []


class _Watch(BaseModel):
    results: Annotated[dict[str, Annotated[CountryOffers, or_else(CountryOffers())]], or_else({})] = {}


class _Country(BaseModel):
    code: Code = Field(alias="iso_3166_1")


class _Language(BaseModel):
    code: Code = Field(alias="iso_639_1")


class Released(BaseModel):
    """Something with a day of release."""

    release_date: Text = ""

    @property
    def released_on(self) -> date | None:
        """Return the day of the first release, if it is known and can be one of a film."""
        try:
            day = date.fromisoformat(self.release_date or "")
        except ValueError:
            return None
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


class Metadata(Released):
    """A movie as TMDB describes it; unknown values are empty or None."""

    id: int
    overview: Text = ""
    tagline: Title = ""
    original_title: Title = ""
    original_language: Annotated[Code, or_else("")] = ""
    spoken_languages: Annotated[list[OnErrorOmit[_Language]], or_else([])] = []
    production_countries: Annotated[list[OnErrorOmit[_Country]], or_else([])] = []
    poster_path: ImagePath = ""
    backdrop_path: ImagePath = ""
    runtime: Annotated[int | None, Field(ge=0, le=1_000_000), or_else(None)] = None
    belongs_to_collection: Annotated[Named | None, or_else(None)] = None
    alternative_titles: Annotated[_Titles, or_else(_Titles())] = _Titles()
    credits: Annotated[Credits, or_else(Credits())] = Credits()
    keywords: Annotated[_Keywords, or_else(_Keywords())] = _Keywords()
    release_dates: Annotated[_Releases, or_else(_Releases())] = _Releases()
    videos: Annotated[_Videos, or_else(_Videos())] = _Videos()
    watch: Annotated[_Watch, or_else(_Watch()), Field(alias="watch/providers")] = _Watch()

    def kept_overview(self) -> str:
        """Return the overview, cut to the length that a page shows."""
        return (self.overview or "")[:OVERVIEW_LENGTH]

    def kept_titles(self) -> list[str]:
        """Return the distinct alternative titles in TMDB's order."""
        return list(dict.fromkeys(entry.title for entry in self.alternative_titles.titles if entry.title))


class _Refusal(BaseModel):
    status_code: int


Described = TypeVar("Described", bound=Metadata)


def parse(body: bytes, *, tmdb_id: int) -> Metadata:
    """Parse the response to a request for a movie."""
    return parse_as(Metadata, body, tmdb_id=tmdb_id)


def parse_as(model: type[Described], body: bytes, *, tmdb_id: int) -> Described:
    """Parse the response to a request for a movie, with what a further model keeps of it."""
    try:
        metadata = model.model_validate_json(body)
    except ValidationError as error:
        raise UnusableResponse("the response is not a movie in JSON") from error
    if metadata.id != tmdb_id:
        raise UnusableResponse(f"the response is about movie {metadata.id}")
    return metadata


def is_unknown_movie(body: bytes) -> bool:
    """Tell whether the body of a 404 says that TMDB has no such movie."""
    try:
        return _Refusal.model_validate_json(body).status_code == NO_SUCH_MOVIE
    except ValidationError:
        return False
