"""The admin's first page: quick on any amount of data, each part for those who may see it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from recommender.admin import dashboard
from recommender.models import AuditEntry, DayCount, DriftReport, Job, Movie, Worker
from recommender.models.postgres import estimated_counts
from tests.support.factories import make_chunk, make_job, make_model_version, make_movie, nightly_retrain

pytestmark = pytest.mark.django_db
PARTS = (
    "Is all well?",
    "Running jobs",
    "In service",
    "Model storage",
    "Data (approximate)",
    "Lists served and ratings per day",
)


@pytest.mark.parametrize(("who", "n_parts"), [("no_rights", 0), ("viewer", 6), ("changer", 6)])
def test_it_shows_each_part_to_those_who_may_see_it(visitors: dict[str, Client], who: str, n_parts: int) -> None:
    page = visitors[who].get("/admin/").content.decode()
    assert sum(f"<h2>{part}</h2>" in page for part in PARTS) == n_parts
    assert ("Start a job" in page) == (who == "changer")


@pytest.mark.parametrize("who", ["anonymous", "plain"])
def test_it_sends_others_to_the_login(visitors: dict[str, Client], who: str) -> None:
    assert visitors[who].get("/admin/")["Location"].startswith("/admin/login/")


def test_it_shows_what_is_at_work_and_in_service(visitors: dict[str, Client]) -> None:
    now = timezone.now()
    running = make_job(state=Job.State.RUNNING, started_at=now, progress=0.5)
    imported = make_job(kind=Job.Kind.IMPORT, state=Job.State.SUCCEEDED, started_at=now, finished_at=now)
    version = make_model_version(state="active", activated_at=now)
    page = visitors["viewer"].get("/admin/").content.decode()
    for words in (str(running), "50%", str(imported), str(version)):
        assert words in page


def test_it_counts_no_rows_of_large_tables(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(11), CaptureQueriesContext(connection) as asked:
        dashboard.current()
    assert not [
        query["sql"] for query in asked if "COUNT(*)" in query["sql"] or 'FROM "recommender_rating"' in query["sql"]
    ]


@pytest.mark.parametrize("n", [1, 30])
def test_many_things_need_no_more_queries_than_one(visitors: dict[str, Client], n: int) -> None:
    page_of(n)
    with CaptureQueriesContext(connection) as asked:
        visitors["root"].get("/admin/")
    assert len(asked) == 16


def page_of(n: int) -> None:
    """Make n of everything that the first page shows."""
    now = timezone.now()
    for number in range(n):
        Worker.objects.create(name=f"worker-{number}@here")
        make_job(state=Job.State.FAILED, error="no", started_at=now, finished_at=now)
        waiting = make_job(kind=Job.Kind.TUNE, arguments={"seed": number})
        make_chunk(job=waiting)
        make_model_version(
            f"als/{number}",
            state="retired" if number else "active",
            activated_at=now - timedelta(days=number),
            metrics={"rank_agreement": {"mean": 0.7, "low": 0.6, "high": 0.8}},
        )
        DriftReport.objects.create(figures=[OUTSIDE])
        DayCount.objects.create(day=now.date() - timedelta(days=number), name="lists", count=number + 1)
        PeriodicTask.objects.create(name=f"task {number}", task="x", crontab=CrontabSchedule.objects.create(hour="3"))


OUTSIDE = {"name": "bias", "label": "Bias", "value": 1, "outside": True, "sentence": "Predictions are 1 star off."}


def test_it_says_whether_all_is_well(visitors: dict[str, Client]) -> None:
    page = visitors["root"].get("/admin/").content.decode()
    assert "No worker is there; nothing is waiting for one." in page
    assert "No model is in service: import ratings and train one." in page
    page_of(1)
    page = visitors["root"].get("/admin/").content.decode()
    for sentence in (
        "1 worker is there.",
        "1 chunk waits, about 20 s of work for one worker.",
        "Failed in the last day: Title index #",
        "1 model is in service; the oldest, als version",
        "Predictions are 1 star off.",
        "Quality over time of the model in service",
    ):
        assert sentence in page


def test_schedules_are_sentences_with_a_switch(visitors: dict[str, Client]) -> None:
    nightly = nightly_retrain()
    page = visitors["root"].get("/admin/").content.decode()
    assert "Every day at 03:00 UTC. Switched off." in page
    address = f"/admin/schedules/{nightly.pk}/switch/"
    assert address in page
    assert "Next schedules" not in visitors["viewer"].get("/admin/").content.decode()
    for who in ("viewer", "changer", "no_rights"):
        assert visitors[who].post(address, {"to": "on"}).status_code == 403
    for who in ("anonymous", "plain"):
        assert visitors[who].post(address, {"to": "on"}).status_code in (302, 403)
    assert not PeriodicTask.objects.get(pk=nightly.pk).enabled
    for to, is_on in (("on", True), ("on", True), ("off", False)):
        assert visitors["root"].post(address, {"to": to})["Location"] == "/admin/"
        assert PeriodicTask.objects.get(pk=nightly.pk).enabled == is_on
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == ["switch", "switch"]
    assert visitors["root"].get(address).status_code == 405


def test_the_estimate_is_what_postgresql_noted_down() -> None:
    make_movie(1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE recommender_movie")
    assert estimated_counts(Movie) == {Movie: 1}


def test_it_groups_what_the_user_may_see(visitors: dict[str, Client]) -> None:
    answer = visitors["root"].get("/admin/")
    assert answer.context is not None
    groups = {
        group["name"]: [model["object_name"] for model in group["models"]] for group in answer.context["app_list"]
    }
    assert list(groups) == ["Jobs and models", "Catalogue and ratings", "People", "Schedule"]
    assert groups["Catalogue and ratings"] == ["Movie", "Genre", "Tag", "Rater", "Rating"]
    assert sum(map(len, groups.values())) == len(site._registry) + 1
    assert visitors["no_rights"].get("/admin/").context["app_list"] == []
    assert "/admin/recommender/rating/" in visitors["viewer"].get("/admin/recommender/job/").content.decode()
    assert visitors["root"].get("/admin/auth/").status_code == 200
