"""Tags of movies: read, give, take back, complete."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router
from ninja.security import django_auth
from pydantic import Field

from recommender.api import parameters
from recommender.api.schemas import Limit, MovieId, Problem
from recommender.api.tag_schemas import TagList, TagSuggestionList
from recommender.services.catalogue import movies
from recommender.services.ratings import tags

router = Router(tags=["tags"])
ERRORS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}
TagName = Annotated[str, Field(min_length=1, max_length=255)]


@router.get("/tags", response={200: TagSuggestionList, 422: Problem}, summary="Complete a tag")
def complete(
    request: HttpRequest, prefix: Annotated[str, Field(max_length=255)] = "", limit: Limit = 10
) -> TagSuggestionList:
    """Return the tags in use that begin with `prefix`, the most given first."""
    return TagSuggestionList.of(tags.complete(prefix=prefix, limit=limit))


@router.get(
    "/movies/{movie_id}/tags", response={200: TagList, 404: Problem, 422: Problem}, summary="The tags of a movie"
)
def of_movie(request: HttpRequest, movie_id: Path[MovieId], limit: Limit = 30) -> TagList:
    """Return the tags people gave a movie: mine first, then the most given."""
    return _answer(request, movie_id, limit)


@router.put(
    "/movies/{movie_id}/tags/{path:tag}", response={200: TagList, **ERRORS}, summary="Give a tag", auth=django_auth
)
def give(request: HttpRequest, movie_id: Path[MovieId], tag: Path[TagName], limit: Limit = 30) -> TagList:
    """Give a movie a tag of mine: kept in lower case, at most 64 characters, at most 20 for a movie."""
    tags.add(rater=parameters.rater(request), movie=movies.get(movie_id=movie_id), name=tag)
    return _answer(request, movie_id, limit)


@router.delete(
    "/movies/{movie_id}/tags/{path:tag}", response={200: TagList, **ERRORS}, summary="Take a tag back", auth=django_auth
)
def take_back(request: HttpRequest, movie_id: Path[MovieId], tag: Path[TagName], limit: Limit = 30) -> TagList:
    """Take a tag of mine back; taking back what I did not give is fine."""
    tags.remove(rater=parameters.rater(request), movie=movies.get(movie_id=movie_id), name=tag)
    return _answer(request, movie_id, limit)


def _answer(request: HttpRequest, movie_id: int, limit: int) -> TagList:
    return TagList.of(tags.of_movie(movie=movies.get(movie_id=movie_id), user=request.user, limit=limit))
