"""What lists showed to people who agreed to it, and the ratings that followed: recorded, and forgotten in time."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from recommender.models import Impression, Rater
from recommender.services.recommendations import Recommendations


@transaction.atomic
def set_consent(*, rater: Rater, share: bool) -> None:
    """Record from now on what lists show to a rater, or stop and forget all that was recorded."""
    Rater.objects.filter(pk=rater.pk).update(shares_impressions=share)
    rater.shares_impressions = share
    if not share:
        Impression.objects.filter(rater=rater).delete()


def record(*, rater: Rater, listed: Recommendations, first_place: int) -> None:
    """Write down what a list shows, in one row; nothing for a rater who has not agreed to it."""
    if not rater.shares_impressions or not listed.results:
        return
    movie_ids = [each.movie.pk for each in listed.results]
    Impression.objects.create(
        rater=rater,
        algorithm=listed.algorithm,
        experiment_id=listed.experiment_id,
        first_place=first_place,
        movie_ids=movie_ids,
        teams=[listed.teams.get(movie_id, 0) for movie_id in movie_ids] if listed.experiment_id else [],
        shown_at=timezone.now(),
    )


def forget_old_impressions() -> int:
    """Delete what is older than the retention limit, or of raters who no longer agree; return how many lists."""
    limit = timezone.now() - timedelta(days=settings.IMPRESSION_RETENTION_DAYS)
    old = Impression.objects.filter(shown_at__lt=limit) | Impression.objects.filter(rater__shares_impressions=False)
    n_lists = old.count()
    Impression.objects.filter(pk__in=old.values("pk")).delete()
    return n_lists
