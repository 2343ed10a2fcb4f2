"""The screen of experiments: who may look, start and stop, and what it shows."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from recommender.models import Experiment, Impression, ModelVersion, Outcome
from recommender.services.ratings.ratings import rater_of
from tests.support.factories import make_model_version, make_movie, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("collected_static")]
PATH = "/admin/recommender/experiment/"


def visitor(name: str, *codenames: str, staff: bool = True) -> Client:
    """A browser of somebody with these permissions."""
    user = make_user(name)
    user.is_staff = staff
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=[f"{each}_experiment" for each in codenames]))
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture
def versions(db: None) -> list[ModelVersion]:
    """Two versions that rank, one that does not, one that was rejected."""
    return [
        make_model_version("als/1"),
        make_model_version("mean/1", algorithm="mean"),
        make_model_version("title_index/1", kind="index"),
        make_model_version("als/2", state=ModelVersion.State.REJECTED),
    ]


@pytest.fixture
def running(versions: list[ModelVersion]) -> Experiment:
    """An experiment that has run for ten days; A has won three lists of four."""
    experiment = Experiment.objects.create(
        version_a=versions[0], version_b=versions[1], share=1, started_at=timezone.now() - timedelta(days=10)
    )
    movies = [make_movie(pk, f"Movie {pk}") for pk in (1, 2)]
    rater = rater_of(make_user("erin"))
    for day, team in ((9, 1), (8, 1), (7, 2), (6, 1)):
        shown = Impression.objects.create(
            rater=rater, algorithm="als", experiment=experiment, first_place=1, movie_ids=[1, 2], teams=[1, 2],
            shown_at=timezone.now() - timedelta(days=day),
        )  # fmt: skip
        Outcome.objects.create(
            impression=shown, movie=movies[team - 1], kind="rating", half_stars=9, team=team, happened_at=shown.shown_at
        )
    return experiment


def form(a: ModelVersion, b: ModelVersion, share: object = 0.5) -> dict[str, Any]:
    return {"version_a": a.pk, "version_b": b.pk, "share": share}


def test_those_who_may_start_one(versions: list[ModelVersion]) -> None:
    carol = visitor("carol", "view", "add")
    answer = carol.post(f"{PATH}add/", form(*versions[:2]))
    assert answer.status_code == 302
    started = Experiment.objects.get()
    assert (started.version_a, started.version_b, started.share) == (*versions[:2], 0.5)
    assert started.started_by is not None
    assert started.started_by.username == "carol"
    assert started.ended_at is None


@pytest.mark.parametrize("rights", [(), ("view",), ("change",)])
def test_nobody_else_starts_one(versions: list[ModelVersion], rights: tuple[str, ...]) -> None:
    assert visitor("dave", *rights).post(f"{PATH}add/", form(*versions[:2])).status_code == 403
    assert Experiment.objects.count() == 0


def test_the_form_says_what_is_wrong(versions: list[ModelVersion]) -> None:
    carol = visitor("carol", "view", "add")
    page = carol.get(f"{PATH}add/").content.decode()
    assert "als version" in page
    assert "title_index version" not in page
    for body, sentence in (
        (form(versions[0], versions[0]), "Version A and version B are the same; choose two."),
        (form(*versions[:2], share=2), "The share of users must be above 0 and at most 1."),
        (form(versions[0], versions[3]), "not one of the available choices"),
    ):
        refused = carol.post(f"{PATH}add/", body)
        assert refused.status_code == 200
        assert sentence in refused.content.decode()
    assert Experiment.objects.count() == 0


def test_a_second_one_is_refused_in_a_sentence(running: Experiment, versions: list[ModelVersion]) -> None:
    refused = visitor("carol", "view", "add").post(f"{PATH}add/", form(*versions[:2]))
    assert "An experiment is already running; stop it first." in refused.content.decode()
    assert Experiment.objects.count() == 1


def test_one_shows_its_wins_as_figures_chart_and_table(running: Experiment) -> None:
    answer = visitor("carol", "view").get(f"{PATH}{running.pk}/change/")
    page = answer.content.decode()
    assert "Lists won by version A: 3. By version B: 1. Ties: 0." in page
    assert "It is too early to tell; let it continue." in page
    chart = page[page.index('<svg class="win-chart"') : page.index("</svg>", page.index('<svg class="win-chart"'))]
    line = re.search(r'<polyline class="win-line" points="([^"]+)"', chart)
    assert line is not None
    heights = [float(point.split(",")[1]) for point in line[1].split()]
    assert len(heights) == 4
    assert heights[0] == heights[1] < heights[2]  # the share falls: further down
    assert "style=" not in chart
    assert len(re.findall(r'<th scope="row">', page)) == 4
    assert "Stop the experiment" not in page


def test_those_who_may_change_stop_it(running: Experiment) -> None:
    dave = visitor("dave", "view", "change")
    assert "Stop the experiment" in dave.get(f"{PATH}{running.pk}/change/").content.decode()
    answer = dave.post(f"{PATH}{running.pk}/stop/", follow=True)
    assert "The experiment has ended" in answer.content.decode()
    assert "Stop the experiment" not in answer.content.decode()
    running.refresh_from_db()
    assert running.ended_at is not None
    assert [point["wins_a"] for point in running.tally] == [1, 2, 2, 3]


def test_the_action_stops_it(running: Experiment) -> None:
    visitor("dave", "view", "change").post(PATH, {"action": "stop", "_selected_action": [running.pk]})
    running.refresh_from_db()
    assert running.ended_at is not None


@pytest.mark.parametrize("rights", [(), ("view",), ("add",)])
def test_nobody_else_stops_it(running: Experiment, rights: tuple[str, ...]) -> None:
    erna = visitor("erna", *rights)
    assert erna.post(f"{PATH}{running.pk}/stop/").status_code == 403
    erna.post(PATH, {"action": "stop", "_selected_action": [running.pk]})
    assert visitor("frank", "change", staff=False).post(f"{PATH}{running.pk}/stop/").status_code == 302  # to sign in
    assert visitor("grace", "change").get(f"{PATH}{running.pk}/stop/").status_code == 405
    running.refresh_from_db()
    assert running.ended_at is None


def test_nobody_edits_or_deletes_one(running: Experiment, versions: list[ModelVersion]) -> None:
    admin = visitor("admin", "view", "add", "change", "delete")
    assert admin.post(f"{PATH}{running.pk}/change/", form(*versions[1::-1], share=0.1)).status_code == 403
    assert admin.post(f"{PATH}{running.pk}/delete/", {"post": "yes"}).status_code == 403
    running.refresh_from_db()
    assert running.share == 1


def test_one_without_a_day_to_count_says_so(versions: list[ModelVersion]) -> None:
    fresh = Experiment.objects.create(version_a=versions[0], version_b=versions[1], share=1, started_at=timezone.now())
    page = visitor("carol", "view").get(f"{PATH}{fresh.pk}/change/").content.decode()
    assert "No lists have been counted yet" in page
