"""Follow the people of an import, and undo that."""

from collections.abc import Collection, Sequence

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from recommender.formats.exports import ExportedPerson
from recommender.models import Follow, Person, RatingImport


def known_people(people: Sequence[ExportedPerson]) -> dict[str, str]:
    """Return since when each of the people of a file who are known here was followed, by id; one query.

    Both are texts, as JSON keeps them; "" stands for a time that the file does not say.
    """
    by_imdb_id = {person.imdb_id: person for person in people if person.imdb_id}
    by_tmdb_id = {person.tmdb_id: person for person in people if person.tmdb_id}
    rows = Person.objects.filter(Q(imdb_id__in=by_imdb_id) | Q(tmdb_id__in=by_tmdb_id))
    found: dict[str, str] = {}
    for pk, imdb_id, tmdb_id in rows.order_by("pk").values_list("pk", "imdb_id", "tmdb_id"):
        since = (by_imdb_id.get(imdb_id or 0) or by_tmdb_id[tmdb_id or 0]).followed_at
        found[str(pk)] = since.isoformat() if since else ""
    return found


def apply(locked: RatingImport) -> None:
    """Follow the people who are not followed yet, since the time in the file."""
    now = locked.applied_at or timezone.now()
    wanted = {int(pk): min(parse_datetime(since) or now, now) for pk, since in locked.people.items()}
    known = set(Person.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    new = sorted(known - _followed(locked, known))
    follows = [Follow(rater_id=locked.rater_id, person_id=pk, followed_at=wanted[pk]) for pk in new]
    Follow.objects.bulk_create(follows)
    locked.followed = new


def undo(locked: RatingImport) -> None:
    """Follow those no longer whom only this import has followed."""
    Follow.objects.filter(rater_id=locked.rater_id, person_id__in=locked.followed).delete()


def _followed(locked: RatingImport, people: Collection[int]) -> set[int]:
    mine = Follow.objects.filter(rater_id=locked.rater_id, person_id__in=people)
    return set(mine.values_list("person_id", flat=True))
