"""Whether a web process can serve visitors: its database answers and the models in service are loaded."""

from dataclasses import dataclass, field
from typing import Any, Literal

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from recommender.models import ModelVersion, Worker
from recommender.services.jobs import broker
from recommender.services.versions import serving

State = Literal["ok", "warning", "failed"]
WORKER_GONE_AFTER = 3
"""Times JOB_LOST_AFTER without a sign of any worker before that is a warning."""


@dataclass(slots=True)
class Readiness:
    """The state of each part, with a sentence where it is not well."""

    checks: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        """Return whether visitors can be served; warnings do not count."""
        return all(check["state"] != "failed" for check in self.checks.values())

    def note(self, name: str, state: State, **details: Any) -> None:
        """Add the state of a part."""
        self.checks[name] = {"state": state} | details


def current() -> Readiness:
    """Check every part; a broker or workers that are away do not keep visitors from being served (ADR 39)."""
    found = Readiness()
    try:
        connection.ensure_connection()
        _check_models(found)
        _check_workers(found)
        found.note("database", "ok")
    except Error:
        found.note("database", "failed", sentence="The database does not answer; check DATABASE_URL and PostgreSQL.")
    if broker.is_reachable():
        found.note("broker", "ok")
    else:
        found.note(
            "broker", "warning", sentence="The broker does not answer: jobs start late. Check CELERY_BROKER_URL."
        )
    return found


def _check_models(found: Readiness) -> None:
    """Load what is in service, if this process has not done so yet."""
    missing, in_place = [], []
    for version in ModelVersion.objects.active().exclude(kind=ModelVersion.Kind.SNAPSHOT).order_by("algorithm"):
        held = serving.in_service(version.algorithm)
        if held is None or held.loaded is None:
            missing.append(version.algorithm)
        elif held.retry_at is not None:
            in_place.append(version.algorithm)
    if missing:
        found.note("models", "failed", sentence=f"Cannot be loaded: {', '.join(missing)}; see the log for why.")
    elif in_place:
        found.note("models", "warning", sentence=f"An older version is served of {', '.join(in_place)}.")
    else:
        found.note("models", "ok")


def _check_workers(found: Readiness) -> None:
    last = Worker.objects.last_seen()
    if last is None:
        found.note("workers", "warning", newest_heartbeat=None, sentence="No worker has been started yet.")
        return
    age = (timezone.now() - last).total_seconds()
    late = age > WORKER_GONE_AFTER * settings.JOB_LOST_AFTER
    details = {"sentence": "No worker is running: jobs wait until one is started."} if late else {}
    found.note(
        "workers", "warning" if late else "ok", newest_heartbeat=last.isoformat(), seconds_ago=round(age, 1), **details
    )
