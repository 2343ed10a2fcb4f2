"""Look up a title that the catalogue lacks in The Movie Database, and add the film that a member chooses."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from pydantic import ValidationError

from recommender.formats.exports.matching import YEARS_APART_WITH_ID
from recommender.models import Job, Movie
from recommender.services import jobs
from recommender.services.catalogue import movies, new_films, title_search
from recommender.services.catalogue.lookup_response import Candidate, LookedUp, candidates_found, candidates_in
from recommender.services.catalogue.tmdb_client import WITH_THE_MOVIE, CannotFetch, NoResponse, TmdbClient
from recommender.titles.text import title_words

logger = logging.getLogger(__name__)
Response = TypeVar("Response")
N_CANDIDATES: Final = 5


class LookupNotOffered(LookupError):
    """There is no source to look anything up in."""


class UnknownFilm(LookupError):
    """The source has no such film, or none that can be added."""


class CannotLookUp(Exception):
    """The source does not respond as it should."""


@dataclass(frozen=True, slots=True)
class Found:
    """A film that the source knows, and its movie if the catalogue has it."""

    tmdb_id: int
    title: str
    year: int | None
    movie_id: int | None


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of a film that is looked up."""

    title: str
    year: int | None
    imdb_id: int | None = None
    tmdb_id: int | None = None

    def fits(self, film: Candidate) -> bool:
        """Tell whether a film found by an id is the one: in other countries it has titles that TMDB does not list."""
        if self.year and film.year:
            return abs(self.year - film.year) <= YEARS_APART_WITH_ID
        return not self.title or self.is_named(film)

    def is_named(self, film: Candidate) -> bool:
        """Tell whether the film has this title."""
        return title_words(self.title) in map(title_words, film.names)


def is_offered() -> bool:
    """Tell whether there is a source to look titles up in."""
    return bool(settings.TMDB_API_KEY)


def find(*, title: str) -> list[Found]:
    """Return up to five films of this title; raise `LookupNotOffered` or `CannotLookUp`."""
    candidates = (_ask("/search/movie", candidates_in, query=title, include_adult="false") or [])[:N_CANDIDATES]
    here = Movie.objects.originals().filter(tmdb_id__in=[each.id for each in candidates])
    movie_ids = dict(here.order_by("-pk").values_list("tmdb_id", "pk"))
    return [Found(each.id, each.title or "", each.year, movie_ids.get(each.id)) for each in candidates]


def add_sought(*, sought: Sought, added_by: User) -> Movie | None:
    """Return the movie of the film that has an id, or else this title and year, as `add` does.

    None unless there is exactly one, and if its ids, or an id and the year, disagree.
    """
    same = _with_id(sought) if sought.imdb_id or sought.tmdb_id else _of_title_and_year(sought)
    try:
        return add(tmdb_id=same[0].id, added_by=added_by) if len(same) == 1 else None
    except UnknownFilm:
        return None


def _with_id(sought: Sought) -> list[Candidate]:
    if sought.imdb_id:
        path = f"/find/tt{sought.imdb_id:07d}"
        found = _ask(path, candidates_found, external_source="imdb_id") or []
    else:
        film = _ask(f"/movie/{sought.tmdb_id}", Candidate.model_validate_json)
        found = [film] if film is not None and film.is_fit else []
    return [film for film in found if sought.tmdb_id in (None, film.id) and sought.fits(film)]


def _of_title_and_year(sought: Sought) -> list[Candidate]:
    asked = {"query": sought.title, "primary_release_year": str(sought.year), "include_adult": "false"}
    candidates = _ask("/search/movie", candidates_in, **asked) or []
    return [film for film in candidates if film.year == sought.year and sought.is_named(film)]


def add(*, tmdb_id: int, added_by: User) -> Movie:
    """Return the movie of a film, added unless the catalogue has it; the search finds it after `index_titles`.

    Raises
    ------
    LookupNotOffered, CannotLookUp
        If the source cannot be asked.
    UnknownFilm
        If it has no such film.
    """
    known = Movie.objects.filter(tmdb_id=tmdb_id).order_by("pk").first()
    if known is not None and is_offered():
        return movies.get(movie_id=known.pk)
    film = _ask(f"/movie/{tmdb_id}", LookedUp.model_validate_json, append_to_response=WITH_THE_MOVIE)
    movie_ids, _ = new_films.store([film] if film is not None and film.id == tmdb_id else [])
    if tmdb_id not in movie_ids:
        raise UnknownFilm(f"TMDB has no film {tmdb_id} that can be added.")
    movie_id = movie_ids[tmdb_id]
    logger.info("User %s looked up movie %s.", added_by.pk, movie_id)
    return movies.get(movie_id=movie_id)


def index_titles(*, requested_by: User) -> None:
    """Let the title index be built, unless it has all titles that came from TMDB."""
    if title_search.is_behind():
        jobs.start(kind=Job.Kind.TITLE_INDEX, requested_by=requested_by)


def _ask(path: str, read: Callable[[bytes], Response], **fields: str) -> Response | None:
    """Ask TMDB once, because somebody is waiting; return None if it has no such film."""
    if not is_offered():
        raise LookupNotOffered("This site has no source to look films up in.")
    try:
        body = TmdbClient.from_settings(n_connections=1).ask_once(path, **fields)
        return None if body is None else read(body)
    except (CannotFetch, NoResponse, ValidationError) as error:
        logger.warning("A look-up failed: %s", error)
        raise CannotLookUp("TMDB does not answer as it should. Try again in a few minutes.") from error
