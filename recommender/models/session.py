"""Sessions that store their user, so that all sessions of a user can be found (a recipe of Django's documentation)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """A session of a user or a visitor."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        """Return the store that keeps these rows."""
        return SessionStore


class SessionStore(DatabaseSessionStore):
    """The store that SESSION_ENGINE names; it saves the user with each session."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the model."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Save the session's user."""
        row = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)  # type: ignore[attr-defined]
        return row  # type: ignore[return-value]
