"""Tag a movie, remove a tag, suggest tags; the movie's counts are updated in the same transaction."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from recommender.models import Movie, MovieTag, Rater, Tag, TagApplication

MAX_LENGTH = 64
MAX_PER_MOVIE = 20
INVISIBLE = {"Cc", "Cf", "Co", "Cn", "Cs"}  # categories of characters that are not displayed or reverse the text

# An import recounts all tags, so a tag is added before or after it, never during it.
WAIT_FOR_IMPORTS = "LOCK TABLE recommender_movietag IN ROW EXCLUSIVE MODE"
COUNT_ONE_MORE = """
INSERT INTO recommender_movietag AS held (movie_id, tag_id, count) VALUES (%s, %s, 1)
ON CONFLICT (movie_id, tag_id) DO UPDATE SET count = held.count + 1
"""


class InvalidTag(ValueError):
    """A tag that the site does not accept."""


@dataclass(frozen=True, slots=True)
class TagOfMovie:
    """A tag, how many people gave it to the movie, and whether the user who asks did."""

    name: str
    count: int
    mine: bool


@dataclass(frozen=True, slots=True)
class TagsOfMovie:
    """Some of the tags of a movie, and how many it has."""

    tags: Sequence[TagOfMovie]
    count: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A tag and how often it was given, to any movie."""

    name: str
    count: int


def normalised(name: str) -> str:
    """Return a tag in lower case with single spaces; raise `InvalidTag` if it is empty or too long."""
    visible = "".join(
        " " if c.isspace() else c for c in name if c.isspace() or unicodedata.category(c) not in INVISIBLE
    )
    tag = " ".join(unicodedata.normalize("NFC", visible).lower().split())
    if not any(c.isalnum() for c in tag):
        raise InvalidTag("A tag needs a letter or a digit.")
    if len(tag) > MAX_LENGTH:
        raise InvalidTag(f"A tag can have at most {MAX_LENGTH} characters; this one has {len(tag)}.")
    return tag


@transaction.atomic
def add(*, rater: Rater, movie: Movie, name: str) -> None:
    """Tag a movie; the same tag again changes nothing, more than `MAX_PER_MOVIE` tags raise `InvalidTag`."""
    tag_name = normalised(name)
    _lock(rater)
    mine = TagApplication.objects.filter(rater=rater, movie=movie).values_list("tag__name", flat=True)
    if tag_name in (names := set(mine)):
        return
    if len(names) >= MAX_PER_MOVIE:
        raise InvalidTag(f"You gave this movie {MAX_PER_MOVIE} tags, which is the limit. Remove one first.")
    tag, _ = Tag.objects.get_or_create(name=tag_name)
    TagApplication.objects.create(rater=rater, movie=movie, tag=tag, applied_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ONE_MORE, [movie.pk, tag.pk])


@transaction.atomic
def remove(*, rater: Rater, movie: Movie, name: str) -> None:
    """Remove a tag; it is no error if the rater has not given it."""
    _lock(rater)
    given = TagApplication.objects.filter(rater=rater, movie=movie, tag__name=normalised(name)).first()
    if given is None:
        return
    TagApplication.objects.filter(rater=rater, movie=movie, tag_id=given.tag_id).delete()
    counted = MovieTag.objects.filter(movie=movie, tag_id=given.tag_id)
    if counted.select_for_update().get().count == 1:
        counted.delete()
    else:
        counted.update(count=F("count") - 1)


def of_movie(*, movie: Movie, user: User | AnonymousUser, limit: int) -> TagsOfMovie:
    """Return the tags of a movie: the user's first, then the most given."""
    tags = MovieTag.objects.of_movie(movie, user)
    found = [TagOfMovie(row.tag.name, row.count, row.mine) for row in tags[:limit]]
    return TagsOfMovie(found, len(found) if len(found) < limit else tags.count())


def complete(*, prefix: str, limit: int) -> list[Suggestion]:
    """Return the tags that begin with `prefix`, the most given first; none until a letter or digit is typed."""
    try:
        beginning = normalised(prefix)
    except InvalidTag:
        return []
    return [Suggestion(tag.name, tag.n_given) for tag in Tag.objects.most_given(beginning)[:limit]]


def _lock(rater: Rater) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WAIT_FOR_IMPORTS)
    Rater.objects.select_for_update().get(pk=rater.pk)  # two clicks by one rater wait for each other here
