"""Sessions in the database, each with the user it belongs to (a recipe of Django's documentation)."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

from recommender.models import Session


class SessionStore(DatabaseSessionStore):
    """What SESSION_ENGINE names."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Note down whose session it is."""
        row = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)  # type: ignore[attr-defined]
        return row  # type: ignore[return-value]
