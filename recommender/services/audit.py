"""Audit: every change that an admin makes, and every activation, as a row and as a log line."""

import logging
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from structlog.contextvars import get_contextvars

from recommender.models import AuditEntry

logger = logging.getLogger("movierec.audit")
SYSTEM = "the system"
Fields = Mapping[str, Any]


def record(
    *,
    verb: str,
    kind: str,
    object_id: object,
    what: str,
    by: User | None = None,
    before: Fields | None = None,
    after: Fields | None = None,
) -> AuditEntry:
    """Write down who changed what, and the fields that differ; None before or after means that it did not exist."""
    old, new = _changed(before, after)
    entry = AuditEntry.objects.create(
        by=by,
        who=by.get_username() if by else SYSTEM,
        verb=verb[:64],
        kind=kind[:64],
        object_id=str(object_id)[:64],
        what=what[:200],
        before=old,
        after=new,
        request_id=str(get_contextvars().get("request_id", ""))[:64],
    )
    logger.info(
        "%s", entry, extra={"who": entry.who, "verb": entry.verb, "object": what, "before": old, "after": new}
    )  # fmt: skip
    return entry


def _changed(before: Fields | None, after: Fields | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    if before is None or after is None:
        return (None if before is None else dict(before)), (None if after is None else dict(after))
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}
