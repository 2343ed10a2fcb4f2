"""Drift: figures of the last week against their bounds, and who is told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from recommender.models import DriftReport, Job, Movie, Rating
from recommender.services import jobs
from recommender.services.monitoring import drift
from recommender.services.ratings import movie_statistics
from tests.support.factories import make_model_version, make_movie, make_rater

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=400)


def rate(movies: list[Movie], n_raters: int, half_stars: int, at: datetime, *, first_rater: int = 1) -> None:
    raters = [make_rater(number) for number in range(first_rater, first_rater + n_raters)]
    Rating.objects.bulk_create(
        Rating(rater=rater, movie=movie, half_stars=half_stars, rated_at=at) for rater in raters for movie in movies
    )
    from django.db import connection

    with connection.cursor() as cursor:
        movie_statistics.update_statistics(cursor)


def figures(report: DriftReport) -> dict[str, dict[str, Any]]:
    return {figure["name"]: figure for figure in report.figures}


@pytest.fixture
def _admins(settings: Any) -> None:
    settings.ADMINS = [("", "operator@example.org")]


@pytest.mark.usefixtures("_admins")
def test_a_week_like_all_others_is_within_its_bounds() -> None:
    known, model_stars = [make_movie(1), make_movie(2)], 4.0
    make_model_version(state="active", activated_at=NOW, stars=model_stars)
    rate(known, 150, 8, LONG_AGO)
    Rating.objects.filter(rater__movielens_id__lte=110, movie_id=1).update(rated_at=NOW)
    Rating.objects.filter(rater__movielens_id__lte=110, movie_id=2).update(rated_at=NOW)
    Rating.objects.filter(rater__movielens_id__gt=80, movie_id=2).update(rated_at=LONG_AGO)
    Rating.objects.filter(rater__movielens_id__lte=20).update(rated_at=NOW)
    report = drift.measure()
    found = figures(report)
    assert found["rating_mix"]["value"] == 0
    assert found["new_movies"]["value"] == 0
    assert found["coverage_als"]["value"] == 1
    assert found["bias"]["value"] == pytest.approx(0, abs=0.3)
    assert report.n_ratings == 190
    assert report.outside == []
    assert mail.outbox == []


@pytest.mark.usefixtures("_admins")
def test_what_leaves_its_bounds_is_told_once() -> None:
    known, new = [make_movie(1), make_movie(2)], [make_movie(3), make_movie(4)]
    make_model_version(state="active", activated_at=NOW, stars=4.0)
    rate(known, 60, 8, LONG_AGO)
    rate([*known, *new], 60, 1, NOW, first_rater=1000)
    report = drift.measure()
    found = figures(report)
    assert report.n_ratings == 240
    assert found["rating_mix"]["value"] == 1
    assert found["new_movies"]["value"] == 0.5
    assert found["new_raters"]["value"] == 1
    assert found["coverage_als"]["value"] == 0.5
    assert found["bias"]["value"] == pytest.approx(3.5)
    assert {figure["name"] for figure in report.outside} == set(found)
    (message,) = mail.outbox
    assert message.to == ["operator@example.org"]
    assert "50% of the week's ratings are of movies that nobody had rated before (at most 10%)" in message.body
    drift.measure()
    assert len(mail.outbox) == 1


def test_few_ratings_are_no_alarm() -> None:
    rate([make_movie(1)], 3, 8, LONG_AGO)
    rate([make_movie(2)], 3, 1, NOW, first_rater=1000)
    report = drift.measure()
    assert figures(report)["rating_mix"]["value"] == 1
    assert report.outside == []


def test_the_first_week_has_nothing_to_compare_with() -> None:
    rate([make_movie(1)], 3, 8, NOW)
    found = figures(drift.measure())
    assert found["rating_mix"]["value"] is None
    assert found["rating_mix"]["sentence"].startswith("Rating mix: cannot be told yet")


def test_without_ratings_there_are_no_figures() -> None:
    assert drift.measure().figures == []


def test_a_job_measures_it(notified: list[int]) -> None:
    rate([make_movie(1)], 3, 8, NOW)
    job = jobs.run_here(job_id=jobs.start(kind=Job.Kind.DRIFT).pk)
    assert job.state == Job.State.SUCCEEDED, job.error
    assert DriftReport.objects.get().job == job
