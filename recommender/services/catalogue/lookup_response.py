"""TMDB's responses about a film that the catalogue lacks."""

import re
from typing import Final

from pydantic import BaseModel, Field

from recommender.services.catalogue.tmdb_response import TITLE_LENGTH, Metadata, Text

GENRES: Final = {"Science Fiction": "Sci-Fi", "Family": "Children", "TV Movie": ""}
"""Genres that MovieLens calls by another name, or not at all."""
GENRE_LENGTH: Final = 64
FIRST_YEAR, LAST_YEAR = 1870, 2100
_IMDB_ID = re.compile(r"tt(\d{7,9})", re.ASCII)
_YEAR = re.compile(r"(\d{4})-", re.ASCII)


class Candidate(BaseModel):
    """A film as a search lists it."""

    id: int = Field(ge=1, le=2_147_483_647)
    title: Text = ""
    original_title: Text = ""
    release_date: Text = ""
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


def candidates_in(body: bytes) -> list[Candidate]:
    """Parse the response to a search; films that are not fit are left out."""
    return [each for each in _Results.model_validate_json(body).results if each.is_fit]


def candidates_found(body: bytes) -> list[Candidate]:
    """Parse the response about an id of another site, in the same way; series with this id are none."""
    return [each for each in _Found.model_validate_json(body).movie_results if each.is_fit]
