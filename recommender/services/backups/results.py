"""The results of the last backup and the last drill, as files in the data folder that `/metrics` reads."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from django.conf import settings
from django.utils import timezone


@contextmanager
def written(kind: Literal["backup", "drill"]) -> Iterator[dict[str, Any]]:
    """Write how the work inside ended; it may add details, and has failed if it raises or adds `problems`.

    `last_good_at` stays the time of the last one that was good.
    """
    began, details = time.monotonic(), dict[str, Any]()
    try:
        yield details
    except BaseException as error:
        _write(kind, began, details | {"ok": False, "error": str(error) or type(error).__name__})
        raise
    _write(kind, began, {"ok": not details.get("problems")} | details)


def last(kind: Literal["backup", "drill"]) -> dict[str, Any]:
    """Return the last result, empty if there is none."""
    try:
        found: dict[str, Any] = json.loads(_file(kind).read_text())
    except (OSError, ValueError):
        return {}
    return found


def _write(kind: Literal["backup", "drill"], began: float, details: dict[str, Any]) -> None:
    now = timezone.now().isoformat()
    last_good = now if details["ok"] else last(kind).get("last_good_at")
    result = {"finished_at": now, "seconds": round(time.monotonic() - began, 1), "last_good_at": last_good, **details}
    file = _file(kind)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = file.with_name(f".{file.name}.{uuid4().hex}")
    aside.write_text(json.dumps(result, indent=1) + "\n")
    aside.replace(file)


def _file(kind: str) -> Path:
    return Path(settings.DATA_DIR) / "operations" / f"{kind}.json"
