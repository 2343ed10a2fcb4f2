"""TMDB's responses about a film that the catalogue lacks."""

import re
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, Field, OnErrorOmit, ValidationError

from recommender.services.catalogue.tmdb_response import (
    FIRST_YEAR,
    LAST_YEAR,
    TITLE_LENGTH,
    Id,
    Metadata,
    Released,
    Text,
    UnusableResponse,
    or_else,
)

GENRES: Final = {"Science Fiction": "Sci-Fi", "Family": "Children", "TV Movie": ""}
"""Genres that MovieLens calls by another name, or not at all."""
GENRE_LENGTH: Final = 64
_IMDB_ID = re.compile(r"tt(\d{7,9})", re.ASCII)
_YEAR = re.compile(r"(\d{4})-", re.ASCII)


class Candidate(Released):
    """A film as a search lists it."""

    id: int = Field(ge=1, le=2_147_483_647)
    title: Text = ""
    original_title: Text = ""
    adult: bool = False

    @property
    def year(self) -> int | None:
        """Return the year of the release, if it is known."""
        found = _YEAR.match(self.release_date or "")
        return int(found[1]) if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR else None

    @property
    def names(self) -> tuple[str, str]:
        """Return the title and the original one."""
        return self.title or "", self.original_title or ""

    @property
    def is_fit(self) -> bool:
        """Tell whether the film has a title that can be shown and is not for adults only."""
        return not self.adult and 0 < len(self.title or "") <= TITLE_LENGTH


class Listed(Candidate):
    """A film in a list, with how many have voted and how much it is looked at; both 0 if they are unknown."""

    vote_count: Annotated[int, Field(ge=0), or_else(0)] = 0
    popularity: Annotated[float, Field(ge=0, allow_inf_nan=False), or_else(0.0)] = 0.0


class ListPage(BaseModel):
    """A page of a list of films."""

    results: list[OnErrorOmit[Listed]]
    total_pages: Annotated[int, Field(ge=1), or_else(1)] = 1


class _Changed(BaseModel):
    id: Id


class ChangesPage(BaseModel):
    """A page of a list of films that have changed."""

    results: list[OnErrorOmit[_Changed]]
    total_pages: Annotated[int, Field(ge=1), or_else(1)] = 1


class _Results(BaseModel):
    results: list[Candidate]


class _Found(BaseModel):
    movie_results: list[Candidate]


class _Genre(BaseModel):
    name: Text = ""


class LookedUp(Metadata, Candidate):
    """A film with everything that the catalogue keeps of it."""

    imdb_id: Text = ""
    genres: list[_Genre] = []

    def imdb_digits(self) -> str | None:
        """Return the IMDb id as the catalogue writes it, without "tt"."""
        found = _IMDB_ID.fullmatch(self.imdb_id or "")
        return found[1] if found else None

    def genre_names(self) -> list[str]:
        """Return the genres under the names that MovieLens gives them."""
        names = (GENRES.get(genre.name or "", genre.name or "") for genre in self.genres)
        return [name for name in dict.fromkeys(names) if 0 < len(name) <= GENRE_LENGTH]


Page = TypeVar("Page", bound=BaseModel)


def page_in(model: type[Page], body: bytes) -> Page:
    """Parse a page of a list; entries that cannot be read are left out."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise UnusableResponse("the response is not a page of a list in JSON") from error


def candidates_in(body: bytes) -> list[Candidate]:
    """Parse the response to a search; films that are not fit are left out."""
    return [each for each in _Results.model_validate_json(body).results if each.is_fit]


def candidates_found(body: bytes) -> list[Candidate]:
    """Parse the response about an id of another site, in the same way; series with this id are none."""
    return [each for each in _Found.model_validate_json(body).movie_results if each.is_fit]
