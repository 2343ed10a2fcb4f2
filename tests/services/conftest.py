"""What the tests of services share."""

from typing import Any

import pytest

from recommender.services import doorbell


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the jobs that the broker was given, one for each ring; nothing reaches a broker."""
    ids: list[int] = []

    def take(name: str, args: list[Any]) -> None:
        ids.extend(args)

    monkeypatch.setattr(doorbell.current_app, "send_task", take)
    return ids
