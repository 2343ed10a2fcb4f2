"""The admin's first page: quick on any amount of data, each part for those who may see it."""

from typing import Any

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from recommender.admin import dashboard
from recommender.models import Job, Movie
from recommender.models.postgres import estimated_counts
from tests.support.factories import make_job, make_model_version, make_movie

pytestmark = pytest.mark.django_db
PARTS = ("Running jobs", "In service", "Model storage", "Data (approximate)")


@pytest.mark.parametrize(("who", "n_parts"), [("no_rights", 0), ("viewer", 4), ("changer", 4)])
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


def test_it_counts_no_rows(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(6), CaptureQueriesContext(connection) as asked:
        dashboard.current()
    assert not [
        query["sql"] for query in asked if "COUNT(*)" in query["sql"] or 'FROM "recommender_rating"' in query["sql"]
    ]


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
