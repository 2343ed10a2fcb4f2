"""Every verb of the admin and every activation is written down: who, when, before and after."""

import json
import logging
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from recommender.models import AuditEntry, Experiment, Job
from recommender.services.versions import lifecycle
from tests.support.factories import make_job, make_model_version, make_user, nightly_retrain

pytestmark = pytest.mark.django_db
State = Job.State


@pytest.fixture
def root() -> Client:
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def only_entry() -> AuditEntry:
    entry = AuditEntry.objects.get()
    assert entry.who == "root"
    assert entry.by is not None
    assert (timezone.now() - entry.at).total_seconds() < 600
    return entry


def test_starting_cancelling_and_retrying_a_job(root: Client) -> None:
    root.post("/admin/recommender/job/start/", {"kind": "title_index"})
    job, entry = Job.objects.get(), only_entry()
    assert (entry.verb, entry.what, entry.before) == ("start", str(job), None)
    assert entry.after is not None
    assert entry.after["state"] == "queued"
    root.post(f"/admin/recommender/job/{job.pk}/cancel/")
    root.post("/admin/recommender/job/", {"action": "retry", "_selected_action": [job.pk]})
    verbs = [(each.verb, each.before and each.before.get("state"), each.after and each.after.get("state"))
             for each in AuditEntry.objects.order_by("pk")]  # fmt: skip
    assert verbs[1:] == [("cancel", "queued", "cancelled"), ("retry", "cancelled", "queued")]


def test_activating_rolling_back_and_rejecting_a_version(root: Client, caplog: pytest.LogCaptureFixture) -> None:
    first, second = make_model_version("als/1"), make_model_version("als/2")
    lifecycle.activate(version=first)
    assert AuditEntry.objects.get().who == "the system"
    AuditEntry.objects.all().delete()
    caplog.clear()
    with caplog.at_level(logging.INFO, "movierec.audit"):
        root.post(f"/admin/recommender/modelversion/{second.pk}/activate/")
    entry = only_entry()
    assert (entry.verb, entry.object_id) == ("activate", str(second.pk))
    assert (entry.before, entry.after) == ({"in service": str(first)}, {"in service": str(second)})
    (line,) = [record for record in caplog.records if record.name == "movierec.audit"]
    assert line.getMessage() == f"root: activate {second}"
    assert (line.__dict__["before"], line.__dict__["who"]) == (entry.before, "root")
    root.post(f"/admin/recommender/modelversion/{second.pk}/roll-back/")
    root.post(f"/admin/recommender/modelversion/{second.pk}/reject/")
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", "after")) == [
        ("activate", {"in service": str(second)}),
        ("roll_back", {"in service": str(first)}),
        ("reject", {"state": "rejected", "reason": "Rejected by hand."}),
    ]


def test_adding_changing_and_deleting_a_row(root: Client) -> None:
    root.post("/admin/auth/group/add/", {"name": "noir"})
    group = Group.objects.get()
    root.post(f"/admin/auth/group/{group.pk}/change/", {"name": "neo-noir"})
    root.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})
    found = [(entry.verb, entry.before, entry.after) for entry in AuditEntry.objects.order_by("pk")]
    assert found == [
        ("add", None, {"id": group.pk, "name": "noir", "permissions": []}),
        ("change", {"name": "noir"}, {"name": "neo-noir"}),
        ("delete", {"id": group.pk, "name": "neo-noir", "permissions": []}, None),
    ]


def test_rights_are_shown_and_secrets_are_not(root: Client) -> None:
    alice = make_user("alice")
    form = {"username": "alice", "email": "new@example.org", "is_active": "on", "is_staff": "on"}
    form |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    root.post(f"/admin/auth/user/{alice.pk}/change/", form)
    typed = "quite another one"
    form = {"password1": typed, "password2": typed, "usable_password": "true"}
    root.post(f"/admin/auth/user/{alice.pk}/password/", form)
    root.post(f"/admin/auth/user/{alice.pk}/delete/", {"post": "yes"})
    changed, password, removed = AuditEntry.objects.order_by("pk")
    assert (removed.what, removed.after) == ("alice", None)
    assert changed.after is not None
    assert changed.after["is_staff"] is True
    assert changed.after["email"] == "changed"
    assert password.after == {"password": "changed"}
    written = json.dumps([[entry.before, entry.after] for entry in (changed, password, removed)])
    assert "example.org" not in written
    assert "$" not in written


def test_schedules_are_switched_and_run(root: Client) -> None:
    schedule = nightly_retrain()
    address = "/admin/django_celery_beat/periodictask/"
    root.post(address, {"action": "enable_tasks", "_selected_action": [schedule.pk]})
    entry = only_entry()
    assert entry.after is not None
    assert (entry.what.split(":")[0], entry.after["enabled"]) == ("Nightly retrain", True)


def test_experiments_are_started_and_stopped(root: Client) -> None:
    a, b = make_model_version("als/1"), make_model_version("als/2")
    lifecycle.activate(version=a)
    AuditEntry.objects.all().delete()
    root.post("/admin/recommender/experiment/add/", {"version_a": a.pk, "version_b": b.pk, "share": "0.5"})
    experiment = Experiment.objects.get()
    root.post(f"/admin/recommender/experiment/{experiment.pk}/stop/")
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == ["add", "stop"]


def test_what_is_refused_or_changes_nothing_is_not_written_down(root: Client) -> None:
    done = make_job(state=State.SUCCEEDED, started_at=timezone.now(), finished_at=timezone.now())
    root.post(f"/admin/recommender/job/{done.pk}/retry/")
    root.post("/admin/recommender/job/", {"action": "retry", "_selected_action": [done.pk]})
    root.get("/admin/recommender/job/")
    assert not AuditEntry.objects.exists()


def test_the_admin_shows_it_and_nobody_can_change_it(visitors: dict[str, Any]) -> None:
    root = visitors["root"]
    root.post("/admin/auth/group/add/", {"name": "noir"})
    entry = AuditEntry.objects.get()
    page = visitors["viewer"].get("/admin/recommender/auditentry/").content.decode()
    assert "noir" in page
    assert visitors["no_rights"].get("/admin/recommender/auditentry/").status_code == 403
    assert root.post(f"/admin/recommender/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert AuditEntry.objects.exists()
    assert User.objects.get(username="root").delete()
    assert AuditEntry.objects.get().who == "root"
