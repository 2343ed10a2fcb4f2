"""The admin's screen of an experiment in a browser: readable, within the security policy, stopped with one button."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker

from recommender.models import Experiment, Impression, ModelVersion, Movie, Outcome, Rater
from tests.browser.accessibility import RULES
from tests.browser.conftest import PASSWORD
from tests.conftest import connected_to
from tests.support.factories import make_model_version


@pytest.fixture
def experiment_path(served_database: str, django_db_blocker: DjangoDbBlocker) -> str:
    """The address of an experiment with twenty days of lists, and a superuser "root" to look at it."""
    with django_db_blocker.unblock(), connected_to(served_database):
        Experiment.objects.all().delete()
        User.objects.filter(username="root").delete()
        User.objects.create_superuser("root", "root@example.org", PASSWORD)
        active = ModelVersion.objects.active().get(algorithm="als")
        challenger = ModelVersion.objects.filter(artifact_key="mean/browser").first()
        experiment = Experiment.objects.create(
            version_a=active,
            version_b=challenger or make_model_version("mean/browser", algorithm="mean"),
            share=0.5,
            started_at=timezone.now() - timedelta(days=25),
        )
        movies = list(Movie.objects.order_by("pk")[:2])
        raters = [Rater.objects.create(user=User.objects.create_user(f"member{n}-{experiment.pk}")) for n in range(3)]
        for day in range(5, 25):
            for n, rater in enumerate(raters):
                shown = Impression.objects.create(
                    rater=rater, algorithm="als", experiment=experiment, first_place=1, teams=[1, 2],
                    movie_ids=[movie.pk for movie in movies], shown_at=timezone.now() - timedelta(days=day),
                )  # fmt: skip
                team = 1 if (day + n) % 3 else 2
                Outcome.objects.create(
                    impression=shown, movie=movies[team - 1], kind="watchlist", team=team, happened_at=shown.shown_at
                )
    return f"/admin/recommender/experiment/{experiment.pk}/change/"


def sign_in(page: Page, address: str) -> None:
    page.goto(f"/accounts/login/?next={address}")
    page.locator("input[name=login]").fill("root")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Wins")).to_be_visible()


def test_it_draws_the_wins_and_stops_with_one_button(page: Page, experiment_path: str) -> None:
    sign_in(page, experiment_path)
    chart = page.get_by_role("img", name="Version A’s share")
    expect(chart).to_be_visible()
    band = chart.locator(".win-band")
    assert band.evaluate("node => getComputedStyle(node).fillOpacity") == "0.16"  # the style sheet has come
    box = chart.bounding_box()
    assert box is not None
    assert box["width"] > 400
    expect(page.locator(".win-table tr")).to_have_count(21)
    page.get_by_role("button", name="Stop the experiment").click()
    expect(page.get_by_text("The experiment has ended")).to_be_visible()
    expect(page.get_by_role("button", name="Stop the experiment")).to_have_count(0)
    expect(chart).to_be_visible()


def test_axe_finds_nothing_in_the_wins(page: Page, experiment_path: str, complaints: list[str]) -> None:
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        sign_in(page, experiment_path)
        violations = Axe().run(page, context=".experiment-progress", options={"runOnly": RULES["dark"]})
        assert [each["id"] for each in violations.response["violations"]] == []
        page.context.clear_cookies()
    complaints.clear()  # axe itself writes inline styles into the admin's pages; the other test sees the page alone
