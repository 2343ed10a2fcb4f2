"""Posters and backdrops: where a browser finds them and, if this site passes them on, each fetched once and kept."""

import re
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import reverse

from recommender.models import Movie
from recommender.services.catalogue import picture_cache, picture_source

SIZES: Final = {"w342": "poster_path", "w1280": "backdrop_path"}
"""The widths that pages show, as TMDB names them, and the field of a movie with the path of such a picture."""
POSTER: Final = "w342"
NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,58}\.(?:jpe?g|png|webp)")
TYPES: Final = (
    ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a browser gets it."""

    content: bytes
    content_type: str


def address(*, movie_id: int, size: str, path: str) -> str | None:
    """Return where a browser finds a picture, as IMAGES says; None if there is none to ask for."""
    if not path or settings.IMAGES == "off":
        return None
    if settings.IMAGES == "direct":
        return f"{settings.TMDB_IMAGE_URL}/{size}{path}"
    name = path.removeprefix("/")
    return reverse("picture", args=(size, movie_id, name)) if NAME.fullmatch(name) else None


def get(*, movie_id: int, size: str, name: str) -> Picture | None:
    """Return the poster or backdrop that a movie has, from the disk or from TMDB; None if it cannot be had."""
    if settings.IMAGES != "proxy" or size not in SIZES or not NAME.fullmatch(name):
        return None
    kept = picture_cache.read(size, name)
    if kept is not None and (content_type := _type_of(kept)):
        return Picture(kept, content_type)
    if picture_cache.is_absent(size, name) or not _is_of(movie_id, size, name):
        return None
    try:
        content = picture_source.fetch(f"{size}/{name}")
    except picture_source.AbsentError:
        picture_cache.keep_absence(size, name)
        return None
    content_type = _type_of(content) if content else ""
    if content is None or not content_type:
        return None
    picture_cache.keep(size, name, content)
    return Picture(content, content_type)


def _is_of(movie_id: int, size: str, name: str) -> bool:
    return Movie.objects.filter(pk=movie_id, **{SIZES[size]: f"/{name}"}).exists()


def _type_of(content: bytes) -> str:
    """Return the type by the first bytes; empty if it is none of those that pages show."""
    return next((name for name, beginning in TYPES if beginning.match(content)), "")
