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
# The row stays locked until the end of the transaction, so that nobody finds the tag unused and deletes it meanwhile.
FIND_OR_MAKE = """
INSERT INTO recommender_tag (name) VALUES (%s) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id
"""
COUNT_ONE_MORE = """
INSERT INTO recommender_movietag AS held (movie_id, tag_id, count) VALUES (%s, %s, 1)
ON CONFLICT (movie_id, tag_id) DO UPDATE SET count = held.count + 1
"""
# Everything that a rater tagged goes. Rows are locked in one order, so that no two transactions wait for each other.
LOCK_MY_TAGS = """
SELECT FROM recommender_tag WHERE id IN (SELECT tag_id FROM recommender_tagapplication WHERE rater_id = %s)
ORDER BY id FOR UPDATE
"""
LOCK_MY_COUNTS = """
SELECT counted.movie_id, counted.tag_id FROM recommender_movietag AS counted
JOIN recommender_tagapplication AS mine USING (movie_id, tag_id)
WHERE mine.rater_id = %s ORDER BY counted.movie_id, counted.tag_id FOR UPDATE OF counted
"""
DROP_MY_COUNTS = """
DELETE FROM recommender_movietag AS counted USING recommender_tagapplication AS mine
WHERE mine.rater_id = %s AND counted.movie_id = mine.movie_id AND counted.tag_id = mine.tag_id AND counted.count = 1
"""
LOWER_MY_COUNTS = """
UPDATE recommender_movietag AS counted SET count = counted.count - 1 FROM recommender_tagapplication AS mine
WHERE mine.rater_id = %s AND counted.movie_id = mine.movie_id AND counted.tag_id = mine.tag_id
"""
DROP_UNUSED = """
DELETE FROM recommender_tag AS tag WHERE id = ANY(%s)
AND NOT EXISTS (SELECT FROM recommender_tagapplication WHERE tag_id = tag.id)
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


def folded(name: str) -> str:
    """Return the one spelling of all that differ only in case, in compatibility forms (ﬁ, ½) or in spaces."""
    compatible = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", compatible).lower().split())


def normalised(name: str) -> str:
    """Return a tag in its one spelling; raise `InvalidTag` if it is empty or too long."""
    visible = "".join(
        " " if c.isspace() else c for c in name if c.isspace() or unicodedata.category(c) not in INVISIBLE
    )
    tag = folded(visible)
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
    with connection.cursor() as cursor:
        cursor.execute(FIND_OR_MAKE, [tag_name])
        (tag_id,) = cursor.fetchone()
        TagApplication.objects.create(rater=rater, movie=movie, tag_id=tag_id, applied_at=timezone.now())
        cursor.execute(COUNT_ONE_MORE, [movie.pk, tag_id])


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


@transaction.atomic
def remove_all(*, rater: Rater) -> None:
    """Remove every tag that a rater has given; tags that nobody else has given go for good."""
    _lock(rater)
    tag_ids = list(TagApplication.objects.filter(rater=rater).values_list("tag_id", flat=True).distinct())
    with connection.cursor() as cursor:
        for statement in (LOCK_MY_TAGS, LOCK_MY_COUNTS, DROP_MY_COUNTS, LOWER_MY_COUNTS):
            cursor.execute(statement, [rater.pk])
        TagApplication.objects.filter(rater=rater).delete()
        cursor.execute(DROP_UNUSED, [tag_ids])


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
