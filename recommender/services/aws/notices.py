"""The three ways in which EC2 says that a machine is about to go."""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from recommender.services.aws.metadata import Metadata

logger = logging.getLogger(__name__)
INTERRUPTION = "spot/instance-action"
REBALANCE = "events/recommendations/rebalance"
LIFECYCLE_STATE = "autoscaling/target-lifecycle-state"
LEAVING = frozenset({"Terminated", "Warmed:Terminated"})
MARGIN = timedelta(seconds=20)
"""The worker must be gone this long before the machine is."""
HOOK_TIMEOUT = timedelta(seconds=120)
"""How long the group waits at most for a machine that it is about to terminate; the template says the same."""
REBALANCE_TIMEOUT = timedelta(minutes=15)
"""A group that has found no other machine by then keeps this one, so it works on."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Why the machine goes, and by when everything must be done."""

    why: str
    deadline: datetime
    machine_may_stay: bool = False


def read(metadata: Metadata) -> Notice | None:
    """Return the most urgent notice, if there is one."""
    return _interruption(metadata) or _scale_in(metadata) or _rebalance(metadata)


def _interruption(metadata: Metadata) -> Notice | None:
    text = metadata.get(INTERRUPTION)
    if text is None:
        return None
    action, at = _fields(text, "action", "time")
    why = f"EC2 is about to {action or 'terminate'} this spot instance"
    return Notice(why, (_moment(at) or _now() + HOOK_TIMEOUT) - MARGIN)


def _scale_in(metadata: Metadata) -> Notice | None:
    if metadata.get(LIFECYCLE_STATE) not in LEAVING:
        return None
    return Notice("the Auto Scaling group is about to terminate this instance", _now() + HOOK_TIMEOUT - MARGIN)


def _rebalance(metadata: Metadata) -> Notice | None:
    text = metadata.get(REBALANCE)
    if text is None:
        return None
    (at,) = _fields(text, "noticeTime")
    noticed_at = _moment(at) or _now()
    if _now() > noticed_at + REBALANCE_TIMEOUT:
        return None
    why = "EC2 recommends to replace this spot instance"
    return Notice(why, noticed_at + REBALANCE_TIMEOUT, machine_may_stay=True)


def _fields(text: str, *names: str) -> list[str]:
    """Return fields of a JSON object as text; a notice that cannot be read is still a notice."""
    try:
        found = json.loads(text)
        return [str(found.get(name, "")) for name in names]
    except (ValueError, AttributeError):
        logger.warning("A notice of the metadata service cannot be read: %.200r", text)
        return [""] * len(names)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)
