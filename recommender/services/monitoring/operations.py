"""How the last backup and the last restore drill went, which their commands write down."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

NAMES = ("backup", "drill")


@dataclass(frozen=True, slots=True)
class LastRun:
    """When one was last finished, whether it went well and how many seconds it took."""

    finished_at: datetime
    ok: bool
    seconds: float


def last(name: str) -> LastRun | None:
    """Return the last backup or drill; None if there was none, or its file cannot be read."""
    file: Path = settings.DATA_DIR / "operations" / f"{name}.json"
    try:
        found = json.loads(file.read_text())
        finished_at = datetime.fromisoformat(found["finished_at"])
        run = LastRun(finished_at.astimezone(), bool(found["ok"]), float(found.get("seconds") or 0))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return run
