"""Follow a person, or no longer."""

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.utils import timezone

from recommender.models import Follow, Person, Rater


@transaction.atomic
def put(*, rater: Rater, person: Person) -> Follow:
    """Follow a person; following them again changes nothing."""
    _lock(rater)
    follow, _ = Follow.objects.get_or_create(rater=rater, person=person, defaults={"followed_at": timezone.now()})
    return follow


@transaction.atomic
def remove(*, rater: Rater, person: Person) -> bool:
    """Follow a person no longer; return whether they were followed."""
    _lock(rater)
    n_removed, _ = Follow.objects.filter(rater=rater, person=person).delete()
    return n_removed > 0


def is_followed(*, user: User | AnonymousUser, person: Person) -> bool:
    """Return whether a user follows a person; no visitor does."""
    return user.is_authenticated and Follow.objects.filter(rater__user_id=user.pk, person=person).exists()


def follows_anybody(*, user: User | AnonymousUser) -> bool:
    """Return whether a user follows at least one person; no visitor does."""
    return user.is_authenticated and Follow.objects.filter(rater__user_id=user.pk).exists()


def _lock(rater: Rater) -> None:
    Rater.objects.select_for_update().get(pk=rater.pk)  # two clicks by one rater wait for each other here
