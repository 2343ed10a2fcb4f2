"""Every address and every action of the admin, asked by everybody: who may only look changes nothing."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from recommender.models import AuditEntry, DriftReport, Experiment, Genre, Job, Rater, Tag
from tests.support.factories import LONG_AGO, make_job, make_model_version, make_movie, make_user

pytestmark = pytest.mark.django_db
ONLY_READ = {"compare", "compare_lists"}
WRITTEN_BY_VISITS = {"session", "logentry"}


def signed_in(name: str, *, staff: bool = True, verbs: tuple[str, ...] = ()) -> Client:
    """Return the browser of somebody with these rights over everything."""
    user, client = make_user(name, is_staff=staff), Client()
    for verb in verbs:
        user.user_permissions.add(*Permission.objects.filter(codename__startswith=f"{verb}_"))
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture
def roles() -> dict[str, Client]:
    """Five kinds of visitors."""
    return {
        "anonymous": Client(),
        "member": signed_in("alice", staff=False),
        "no rights": signed_in("bob"),
        "viewer": signed_in("carol", verbs=("view",)),
        "changer": signed_in("dave", verbs=("view", "change")),
    }


@pytest.fixture
def rows() -> dict[type[Model], Model]:
    """A row of every model that has a screen."""
    movie, member = make_movie(), make_user("erin")
    version, other = make_model_version(), make_model_version("als/2")
    crontab = CrontabSchedule.objects.create(hour="3")
    return {
        User: member,
        Group: Group.objects.create(name="editors"),
        EmailAddress: EmailAddress.objects.create(user=member, email="erin@example.org"),
        Authenticator: Authenticator.objects.create(user=member, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"}),
        type(movie): movie,
        Genre: Genre.objects.get(),
        Tag: Tag.objects.create(name="space"),
        Rater: Rater.objects.create(user=member),
        Job: make_job(state=Job.State.FAILED, error="The disk is full.", started_at=LONG_AGO, finished_at=LONG_AGO),
        type(version): version,
        Experiment: Experiment.objects.create(version_a=version, version_b=other, share=0.5, started_at=LONG_AGO),
        DriftReport: DriftReport.objects.create(),
        AuditEntry: AuditEntry.objects.create(who="erin", verb="add", kind="group", object_id="1", what="editors"),
        PeriodicTask: PeriodicTask.objects.create(name="Nightly", task="nightly", crontab=crontab),
        CrontabSchedule: crontab,
        IntervalSchedule: IntervalSchedule.objects.create(every=1, period="days"),
        ClockedSchedule: ClockedSchedule.objects.create(clocked_time=LONG_AGO),
        SolarSchedule: SolarSchedule.objects.create(event="sunrise", latitude=0, longitude=0),
    }


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables, without those that every visit writes."""
    models = [model for model in apps.get_models() if model._meta.model_name not in WRITTEN_BY_VISITS]
    return {model._meta.label: sorted(model.objects.values_list(), key=repr) for model in models}  # type: ignore[attr-defined]


def addresses(rows: dict[type[Model], Model]) -> Iterator[str]:
    """Yield every address of the admin, with the row of its model where it asks for one."""
    for model, row in rows.items():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for pattern in admin.site._registry[model].get_urls():
            yield base + filled(pattern, row)
    for pattern in admin.site.get_urls():
        if isinstance(pattern, URLPattern):
            yield "/admin/" + filled(pattern, next(iter(rows.values())))


def filled(pattern: URLPattern | URLResolver, row: Model) -> str:
    route = str(pattern.pattern)
    for name, kind in pattern.pattern.converters.items():
        word = type(kind).__name__.removesuffix("Converter").lower()
        for written in (f"<{word}:{name}>", f"<{name}>"):
            route = route.replace(written, str(row.pk))
    return route if "(" not in route else "nowhere/"


@pytest.mark.parametrize("role", ["anonymous", "member", "no rights", "viewer"])
def test_who_may_not_change_changes_nothing(
    role: str, roles: dict[str, Client], rows: dict[type[Model], Model]
) -> None:
    assert set(rows) == set(admin.site._registry)  # a new screen needs a row here
    client, before = roles[role], everything()
    body = {"kind": "title_index", "post": "yes", "name": "x", "version_a": 1, "version_b": 2, "share": 0.5}
    for address in addresses(rows):
        if "logout" in address:
            continue
        assert client.get(address).status_code < 500, address
        assert client.post(address, body).status_code < 500, address
    for (model, row), confirmed in itertools.product(rows.items(), ({}, {"post": "yes"})):
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for action in {*admin.site._registry[model].actions, "delete_selected", "run_tasks"}:
            name = action if isinstance(action, str) else action.__name__
            client.post(base, {"action": name, "_selected_action": [row.pk]} | confirmed)
    assert everything() == before


def test_every_action_that_writes_names_a_permission(rf: Any, rows: dict[type[Model], Model]) -> None:
    request = rf.get("/admin/")
    request.user = User.objects.create(username="viewer", is_staff=True)
    request.user.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    offered = {name for screen in admin.site._registry.values() for name in screen.get_actions(request)}
    assert offered <= ONLY_READ


def test_who_may_change_a_schedule_uses_its_actions(roles: dict[str, Client], rows: dict[type[Model], Model]) -> None:
    task = rows[PeriodicTask]
    PeriodicTask.objects.update(enabled=False)
    chosen = {"action": "enable_tasks", "_selected_action": [task.pk]}
    assert roles["changer"].post("/admin/django_celery_beat/periodictask/", chosen).status_code == 302
    assert list(PeriodicTask.objects.filter(enabled=True)) == [task]
