"""The admin in a browser: jobs started, watched, cancelled and retried; versions decided on; lists compared; axe."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker

from recommender.models import Activation, Experiment, Job, ModelVersion, Rating
from tests.admin.test_jobs import EVALUATION
from tests.browser.accessibility import violations
from tests.browser.conftest import PASSWORD
from tests.conftest import ROOT, connected_to, url_of
from tests.support.factories import make_job, make_model_version, make_user
from tests.support.processes import wait_until

BASE = "/admin/recommender/"
TRAINED = "median"
UNTRAINED = "als_5"


@pytest.fixture
def rows(served_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Any]]:
    """A superuser, versions to decide on and jobs to look at in the site's database; gone afterwards."""
    with django_db_blocker.unblock(), connected_to(served_database):
        last_job, last_version = (_last(model) for model in (Job, ModelVersion))
        User.objects.filter(username="root").delete()
        make_user("root", PASSWORD, is_staff=True, is_superuser=True)
        versions = [make_model_version(f"{UNTRAINED}/browser-{n}", algorithm=UNTRAINED) for n in (1, 2)]
        now = timezone.now()
        ended = {"started_at": now - timedelta(minutes=2), "finished_at": now}
        found = {
            "versions": [version.pk for version in versions],
            "evaluated": make_job(kind="evaluate", state="succeeded", result={"evaluation": EVALUATION}, **ended).pk,
            "failed": make_job(state="failed", error="The disk is full.", traceback="Traceback: here", **ended).pk,
            "ranked": list(ModelVersion.objects.filter(algorithm__in=("als", "mean"), pk__lte=last_version).active()),
            "rating": Rating.objects.order_by("-rater_id").first(),
        }
    yield found
    with django_db_blocker.unblock(), connected_to(served_database):
        Experiment.objects.filter(version_b__pk__gt=last_version).delete()
        Activation.objects.filter(version__pk__gt=last_version).delete()
        ModelVersion.objects.filter(pk__gt=last_version).delete()
        Job.objects.filter(pk__gt=last_job).delete()


@pytest.fixture
def admin(page: Page, rows: dict[str, Any]) -> Page:
    """A browser in which the superuser looks at the dashboard."""
    page.goto("/accounts/login/?next=/admin/")
    page.locator("input[name=login]").fill("root")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    return page


@contextmanager
def worker(served_database: str, log: Path) -> Iterator[None]:
    """A worker process on the site's database."""
    environment = os.environ | {
        "DATABASE_URL": url_of(served_database),
        "SECRET_KEY": settings.SECRET_KEY,
        "MOVIEREC_DATA_DIR": str(settings.DATA_DIR),
        "JOB_LOST_AFTER": "2",
    }
    command = [sys.executable, "-m", "celery", "-A", "movierec_site", "worker", "--concurrency", "1", "-l", "INFO"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        assert wait_until(lambda: " ready." in log.read_text()), log.read_text()
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_it_starts_a_training_watches_it_cancels_and_retries(admin: Page, served_database: str, tmp_path: Path) -> None:
    admin.get_by_role("link", name="Start a job").click()
    admin.get_by_label("Algorithm:").select_option(TRAINED)
    admin.get_by_label("Rank:").fill("8")
    admin.get_by_role("button", name="Train", exact=True).click()
    expect(admin.get_by_text("median has no n_factors")).to_be_visible()
    admin.get_by_label("Rank:").fill("")
    admin.get_by_label("Seed:").fill("7")
    admin.locator("#id_train_split").select_option("temporal")
    admin.get_by_role("button", name="Train", exact=True).click()
    expect(admin.get_by_text("is queued.")).to_be_visible()
    expect(admin.get_by_text("algorithm median, seed 7, split temporal")).to_be_visible()
    admin.get_by_role("button", name="Cancel").click()
    expect(admin.locator(".pill")).to_have_text("Cancelled")
    admin.get_by_role("button", name="Retry").click()
    expect(admin.locator(".pill")).to_have_text("Queued")
    admin.goto("/admin/")
    bar = admin.locator("job-progress")
    expect(bar).to_have_text("queued")
    with worker(served_database, tmp_path / "worker.log"):
        expect(bar).not_to_have_attribute("live", "", timeout=120_000)
        expect(bar.locator("output")).to_have_text("succeeded")  # though nobody has read the page again
        admin.goto("/admin/")
        admin.get_by_role("link", name="Start a job").click()
        missing = str(Path(settings.DATA_DIR) / "datasets" / "nowhere")
        admin.get_by_label("Path:").fill(missing)
        admin.get_by_role("button", name="Import").click()
        expect(admin.locator(".pill")).to_have_text("Failed", timeout=120_000)  # the page has followed its job
    expect(admin.get_by_text(f"{missing} does not exist").first).to_be_visible()
    expect(admin.locator("pre").filter(has_text="Claimed by")).to_be_visible()
    expect(admin.get_by_role("button", name="Retry")).to_be_visible()


def test_a_failed_job_shows_its_traceback(admin: Page, rows: dict[str, Any]) -> None:
    admin.goto(f"{BASE}job/?state__exact=failed")
    admin.get_by_role("link", name=f"Title index #{rows['failed']}").click()
    expect(admin.get_by_text("Traceback: here")).to_be_hidden()
    admin.get_by_text("Traceback", exact=True).click()
    expect(admin.get_by_text("Traceback: here")).to_be_visible()


def test_it_activates_rolls_back_rejects_and_overrides(admin: Page, rows: dict[str, Any]) -> None:
    one, two = (f"{BASE}modelversion/{version}/change/" for version in rows["versions"])
    pill = admin.locator(".pill").first
    for address in (one, two):
        admin.goto(address)
        expect(pill).to_have_text("Candidate")
        admin.get_by_role("button", name="Activate").click()
        expect(admin.get_by_text("is in service.")).to_be_visible()
        expect(pill).to_have_text("Active")
    admin.get_by_role("button", name="Roll back").click()
    expect(admin.get_by_text(f"version {rows['versions'][0]} is in service.")).to_be_visible()
    expect(pill).to_have_text("Retired")
    admin.get_by_role("button", name="Reject").click()
    expect(pill).to_have_text("Rejected")
    admin.get_by_role("button", name="Activate").click()
    expect(admin.get_by_role("heading", name="Override the rejection?")).to_be_visible()
    admin.get_by_role("button", name="Activate anyway").click()
    expect(pill).to_have_text("Active")
    with admin.expect_download() as download:
        admin.get_by_role("link", name="Download the manifest").click()
    manifest = json.loads(Path(download.value.path()).read_text())
    assert (manifest["version"], manifest["algorithm"]) == (rows["versions"][1], UNTRAINED)


def test_it_compares_the_lists_of_two_versions(admin: Page, rows: dict[str, Any]) -> None:
    admin.goto(f"{BASE}modelversion/")
    for version in rows["ranked"]:
        admin.get_by_role("row", name=str(version)).get_by_role("checkbox").check()
    admin.get_by_label("Action:").select_option("compare_lists")
    admin.get_by_role("button", name="Go").click()
    admin.get_by_label("Rater:").fill("ML 1")
    admin.get_by_role("button", name="Compare").click()
    expect(admin.get_by_text("MovieLens rater 1", exact=True)).to_be_visible()
    for version in rows["ranked"]:
        lists = admin.locator("section").filter(has=admin.get_by_role("heading", name=str(version)))
        expect(lists.locator("tbody tr")).to_have_count(20)


def test_it_starts_an_experiment(admin: Page, rows: dict[str, Any]) -> None:
    admin.goto(f"{BASE}experiment/add/")
    admin.get_by_label("Version A (baseline)").select_option(str(rows["ranked"][0].pk))
    admin.get_by_label("Version B (challenger)").select_option(str(rows["versions"][0]))
    admin.get_by_role("button", name="Save").click()
    admin.locator("#result_list").get_by_role("link", name="against").first.click()
    admin.get_by_role("button", name="Stop the experiment").click()
    expect(admin.get_by_text("The experiment has ended")).to_be_visible()


def test_it_leafs_through_ratings(admin: Page, rows: dict[str, Any]) -> None:
    admin.goto(f"{BASE}rating/")
    first = admin.locator("main tbody tr").first.inner_text()
    admin.get_by_role("link", name="Next 50").click()
    expect(admin.get_by_role("link", name="From the start")).to_be_visible()
    assert admin.locator("main tbody tr").first.inner_text() != first


def test_axe_finds_nothing(admin: Page, rows: dict[str, Any], complaints: list[str]) -> None:
    a, b = (version.pk for version in rows["ranked"])
    rating = rows["rating"]
    own = [
        "job/", f"job/{rows['evaluated']}/change/", f"job/{rows['failed']}/change/", "job/start/", "modelversion/",
        f"modelversion/{a}/change/", f"modelversion/compare/?ids={a},{b}",
        f"modelversion/lists/?a={a}&b={b}&rater=ML 1",
        "experiment/", "experiment/add/", "movie/", "movie/1/change/", "tag/", "rater/",
        f"rater/{rating.rater_id}/change/", "rating/", f"rating/?movie={rating.movie_id}", "rating/?rater=nobody",
    ]  # fmt: skip
    found = []
    for address in ("/admin/", *(BASE + each for each in own)):
        answer = admin.goto(address)
        assert answer is not None
        assert answer.ok, address
        for details in admin.locator("main details").all():
            details.evaluate("node => { node.open = true }")
        assert complaints == []  # axe itself writes inline styles
        found += violations(admin)
        complaints.clear()
    assert "\n".join(found) == ""


def _last(model: Any) -> int:
    newest = model.objects.order_by("-pk").first()
    return newest.pk if newest else 0
