"""The scheduled task that keeps the retention limit of what lists showed."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from recommender.models import Experiment, Impression
from recommender.services.experiments import impressions
from recommender.services.ratings.ratings import rater_of
from recommender.tasks.impressions import forget_old_impressions
from tests.support.factories import make_model_version

pytestmark = pytest.mark.django_db


def test_it_forgets_old_lists_and_first_stops_what_is_counted_from_them(alice: User) -> None:
    rater = rater_of(alice)
    impressions.set_consent(rater=rater, share=True)
    long_ago = timezone.now() - timedelta(days=settings.IMPRESSION_RETENTION_DAYS + 1)
    experiment = Experiment.objects.create(
        version_a=make_model_version("als/1"), version_b=make_model_version("als/2"), share=1, started_at=long_ago
    )
    old = {"rater": rater, "algorithm": "als", "first_place": 1, "movie_ids": [1], "shown_at": long_ago}
    Impression.objects.create(experiment=experiment, teams=[1], **old)
    forget_old_impressions()
    forget_old_impressions()  # safe to run twice
    experiment.refresh_from_db()
    assert experiment.ended_at is not None
    assert [point["ties"] for point in experiment.tally] == [1]
    assert Impression.objects.count() == 0
