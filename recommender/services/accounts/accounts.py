"""Delete an account and everything that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.models import ModelVersion, Rater, Rating
from recommender.services.ratings import movie_statistics, tags
from recommender.services.ratings.movie_statistics import CountChange

PHRASE = "delete my account"
# Some rate-limit counters have the user's id in their key; e-mail addresses in keys are hashed.
REMOVE_RATE_LIMITS = "DELETE FROM {table} WHERE cache_key LIKE %s"


class WrongConfirmation(ValueError):
    """The confirmation is not the expected phrase."""


@dataclass(frozen=True, slots=True)
class Traces:
    """The models in service that have learned from a user's ratings, and when the newest of them was trained."""

    algorithms: Sequence[str]
    trained_until: datetime | None


def traces_of(*, user: User) -> Traces:
    """Return which models in service were trained after the user's first rating."""
    first = Rating.objects.filter(rater__user=user).order_by("rated_at").values_list("rated_at", flat=True).first()
    if first is None:
        return Traces((), None)
    versions = [version for version in ModelVersion.objects.active().ranking() if version.algorithm in ALGORITHMS]
    later = [version for version in versions if version.created_at >= first]
    labels = [ALGORITHMS[version.algorithm].label for version in later]
    return Traces(tuple(sorted(labels)), max((version.created_at for version in later), default=None))


def check_confirmation(phrase: str) -> None:
    """Raise `WrongConfirmation` unless the phrase is the one that confirms a deletion."""
    if " ".join(phrase.split()).casefold() != PHRASE:
        raise WrongConfirmation(f'Type "{PHRASE}" to confirm.')


@transaction.atomic
def delete(*, user: User) -> None:
    """Delete a user and everything that an export of their data contains (see `personal_data.SECTIONS`).

    The counts and means of the movies they rated and tagged are corrected. Invitations to choose together are not
    stored; they stop working because their sender no longer exists.
    """
    # Whatever refers to this user waits for the end of this transaction, and fails then; all that came before is found.
    User.objects.select_for_update().get(pk=user.pk)
    rater = Rater.objects.select_for_update().filter(user=user).first()
    with connection.cursor() as cursor:
        if rater is not None:
            _subtract_ratings(cursor, rater)
            tags.remove_all(rater=rater)
        table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
        cursor.execute(REMOVE_RATE_LIMITS.format(table=table), [f"%:user:{user.pk}"])
    about_user = {"content_type": ContentType.objects.get_for_model(User), "object_id": str(user.pk)}
    LogEntry.objects.filter(**about_user).delete()
    user.delete()


def _subtract_ratings(cursor: CursorWrapper, rater: Rater) -> None:
    half_stars = Rating.objects.half_stars_by_movie(rater)
    movie_statistics.move(cursor, [CountChange(movie_id, -1, -value) for movie_id, value in half_stars.items()])
