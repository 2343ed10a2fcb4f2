"""Impressions: what lists showed to users who consented, recorded and deleted after a while."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from recommender.models import Impression, Rater


@transaction.atomic
def set_consent(*, rater: Rater, share: bool) -> None:
    """Start recording what lists show to a rater, or stop and delete everything recorded."""
    Rater.objects.filter(pk=rater.pk).update(shares_impressions=share)
    rater.shares_impressions = share
    if not share:
        Impression.objects.filter(rater=rater).delete()


def record(
    *,
    rater: Rater,
    algorithm: str,
    first_place: int,
    movie_ids: Sequence[int],
    experiment_id: int | None = None,
    teams: Mapping[int, int] | None = None,
) -> None:
    """Record the movies that a list shows, in one row, if the rater has consented.

    In an experiment, `teams` says by movie id which version picked it.
    """
    if not rater.shares_impressions or not movie_ids:
        return
    picked_by = teams or {}
    Impression.objects.create(
        rater=rater,
        algorithm=algorithm,
        experiment_id=experiment_id,
        first_place=first_place,
        movie_ids=list(movie_ids),
        teams=[picked_by.get(movie_id, 0) for movie_id in movie_ids] if experiment_id else [],
        shown_at=timezone.now(),
    )


def forget_old_impressions() -> int:
    """Delete impressions past the retention limit or of raters who no longer consent; return how many."""
    limit = timezone.now() - timedelta(days=settings.IMPRESSION_RETENTION_DAYS)
    old = Impression.objects.filter(shown_at__lt=limit) | Impression.objects.filter(rater__shares_impressions=False)
    n_lists = old.count()
    Impression.objects.filter(pk__in=old.values("pk")).delete()
    return n_lists
