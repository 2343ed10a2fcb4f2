"""TMDB's response about a movie, validated and cut to what the database can hold."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationError

TITLE_LENGTH = 512
OVERVIEW_LENGTH = 5000
NO_SUCH_MOVIE = 34
"""The `status_code` in the body of TMDB's own 404; the 404 of a wrong address has none."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_POSTER_PATH = re.compile(r"/[\w.-]{1,63}", re.ASCII)


class UnusableResponse(ValueError):
    """A response that differs from TMDB's documentation."""


def _clean(text: str | None) -> str:
    return _CONTROL.sub(" ", text or "").strip()


Text = Annotated[str | None, AfterValidator(_clean)]


class _Title(BaseModel):
    title: Text = None


class _Titles(BaseModel):
    titles: list[_Title] = []


class Metadata(BaseModel):
    """A movie as TMDB describes it; unknown values are empty or None."""

    id: int
    overview: Text = ""
    original_title: Text = ""
    poster_path: Text = ""
    runtime: Annotated[int | None, Field(ge=0, le=1_000_000)] = None
    alternative_titles: _Titles = _Titles()

    def kept_poster_path(self) -> str:
        """Return the poster's path, or nothing when it is not a plain file name."""
        path = self.poster_path or ""
        return path if _POSTER_PATH.fullmatch(path) else ""

    def kept_overview(self) -> str:
        """Return the overview, cut to the length that a page shows."""
        return (self.overview or "")[:OVERVIEW_LENGTH]

    def kept_original_title(self) -> str:
        """Return the original title, or nothing when it is too long to be one."""
        title = self.original_title or ""
        return title if len(title) <= TITLE_LENGTH else ""

    def kept_titles(self) -> list[str]:
        """Return the distinct alternative titles in TMDB's order."""
        titles = (entry.title or "" for entry in self.alternative_titles.titles)
        return list(dict.fromkeys(title for title in titles if 0 < len(title) <= TITLE_LENGTH))


class _Refusal(BaseModel):
    status_code: int


def parse(body: bytes, *, tmdb_id: int) -> Metadata:
    """Parse the response to a request for a movie."""
    try:
        metadata = Metadata.model_validate_json(body)
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
