"""What is due once a day is done once, by whichever worker comes first."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone

from recommender.models import Impression
from recommender.services import impressions
from recommender.services.ratings import rater_of
from recommender.tasks import worker

pytestmark = pytest.mark.django_db


def test_old_lists_are_forgotten_once_a_day(alice: User) -> None:
    cache.clear()
    rater = rater_of(alice)
    impressions.set_consent(rater=rater, share=True)

    def show_long_ago() -> None:
        long_ago = timezone.now() - timedelta(days=settings.IMPRESSION_RETENTION_DAYS + 1)
        Impression.objects.create(rater=rater, algorithm="als", first_place=1, movie_ids=[1], shown_at=long_ago)

    show_long_ago()
    worker._once_a_day()
    assert Impression.objects.count() == 0
    show_long_ago()
    worker._once_a_day()  # another worker, the same day
    assert Impression.objects.count() == 1
    cache.clear()
    worker._once_a_day()
    assert Impression.objects.count() == 0
