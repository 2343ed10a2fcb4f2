"""Tags of movies: list, add, remove, suggest."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router
from ninja.security import django_auth
from pydantic import Field

from recommender.api import parameters
from recommender.api.limits import Writes
from recommender.api.schemas import Limit, MovieId, Problem
from recommender.api.tag_schemas import TagList, TagSuggestionList
from recommender.services.catalogue import movies
from recommender.services.ratings import tags

router = Router(tags=["tags"])
ERRORS = {401: Problem, 403: Problem, 404: Problem, 422: Problem, 429: Problem}
TagName = Annotated[str, Field(min_length=1, max_length=255)]


@router.get("/tags", response={200: TagSuggestionList, 422: Problem}, summary="Suggest tags")
def complete(
    request: HttpRequest, prefix: Annotated[str, Field(max_length=255)] = "", limit: Limit = 10
) -> TagSuggestionList:
    """Return the tags that begin with `prefix`, the most given first."""
    return TagSuggestionList.of(tags.complete(prefix=prefix, limit=limit))


@router.get(
    "/movies/{int:movie_id}/tags", response={200: TagList, 404: Problem, 422: Problem}, summary="Tags of a movie"
)
def of_movie(request: HttpRequest, movie_id: Path[MovieId], limit: Limit = 30) -> TagList:
    """Return the tags that people gave a movie: mine first, then the most given."""
    return _answer(request, movie_id, limit)


@router.put(
    "/movies/{int:movie_id}/tags/{path:tag}",
    response={200: TagList, **ERRORS},
    summary="Add a tag",
    auth=django_auth,
    throttle=[Writes("tag")],
)
def give(request: HttpRequest, movie_id: Path[MovieId], tag: Path[TagName], limit: Limit = 30) -> TagList:
    """Add a tag of mine to a movie: stored in lower case, at most 64 characters, at most 20 tags per movie."""
    tags.add(rater=parameters.rater(request), movie=movies.get(movie_id=movie_id), name=tag)
    return _answer(request, movie_id, limit)


@router.delete(
    "/movies/{int:movie_id}/tags/{path:tag}",
    response={200: TagList, **ERRORS},
    summary="Remove a tag",
    auth=django_auth,
    throttle=[Writes("tag")],
)
def take_back(request: HttpRequest, movie_id: Path[MovieId], tag: Path[TagName], limit: Limit = 30) -> TagList:
    """Remove my tag from a movie; it is no error if I have not given it."""
    tags.remove(rater=parameters.rater(request), movie=movies.get(movie_id=movie_id), name=tag)
    return _answer(request, movie_id, limit)


def _answer(request: HttpRequest, movie_id: int, limit: int) -> TagList:
    return TagList.of(tags.of_movie(movie=movies.get(movie_id=movie_id), user=request.user, limit=limit))
