"""Who visits the admin: nobody, a plain user, staff who may look and staff who may act."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client

from recommender.services.jobs import broker
from tests.support.factories import make_user


@pytest.fixture(autouse=True)
def notified(monkeypatch: pytest.MonkeyPatch, collected_static: None) -> None:
    """Nothing reaches a broker; pages find their static files."""
    monkeypatch.setattr(broker.current_app, "send_task", lambda *_, **__: None)


def signed_in(name: str, *, staff: bool = True, verbs: tuple[str, ...] = ()) -> Client:
    """Return the browser of someone with these rights over all of the recommender."""
    user = make_user(name, is_staff=staff)
    for verb in verbs:
        user.user_permissions.add(
            *Permission.objects.filter(content_type__app_label="recommender", codename__startswith=f"{verb}_")
        )
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def root() -> Client:
    """Return the browser of a superuser."""
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture
def visitors(db: None) -> dict[str, Any]:
    """Everybody, by what they may do."""
    return {
        "anonymous": Client(),
        "plain": signed_in("alice", staff=False),
        "no_rights": signed_in("bob"),
        "viewer": signed_in("carol", verbs=("view",)),
        "root": root(),
        "changer": signed_in("dave", verbs=("view", "change")),
    }
