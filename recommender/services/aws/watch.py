"""What is done every few seconds beside a worker on EC2: look for a notice, protect the machine while it works."""

import logging
import socket
import time

from django.db import Error, connection

from recommender.models import JobChunk
from recommender.services.aws import notices
from recommender.services.aws.lifecycle import GroupMember
from recommender.services.aws.metadata import Metadata, MetadataUnavailable, address
from recommender.services.aws.notices import Notice

logger = logging.getLogger(__name__)
INTERVAL = 5.0
INTERVAL_WITHOUT_SERVICE = 60.0
IDLE_FOR = 60.0
"""Seconds without a chunk after which the group may terminate the machine; chunks often follow each other closely."""


class Watch:
    """The watch over one machine. Nothing that fails here may stop the worker."""

    def __init__(self, metadata: Metadata | None = None) -> None:
        self._metadata = metadata or Metadata(address())
        self._member: GroupMember | None = None
        self._next_look = self._busy_at = 0.0
        self._available = True

    def look(self) -> Notice | None:
        """Return the notice that this machine has been given, if any."""
        if time.monotonic() < self._next_look:
            return None
        try:
            if self._member is None:
                self._member = GroupMember(self._metadata.get("instance-id") or "")
            notice = notices.read(self._metadata)
        except MetadataUnavailable as error:
            if self._available:
                logger.info("%s The worker runs without notices of its end; asking again every minute.", error)
            self._available, self._next_look = False, time.monotonic() + INTERVAL_WITHOUT_SERVICE
            return None
        self._available = True
        return notice

    def protect_while_busy(self) -> None:
        """Protect the machine from scale-in while a chunk runs on it."""
        if self._member is None:
            return
        if _is_busy():
            self._busy_at = time.monotonic()
        self._member.protect(self._busy_at > 0 and time.monotonic() < self._busy_at + IDLE_FOR)

    def leave(self) -> bool:
        """Tell the group that the machine may go; return False if it should be told again later."""
        return self._member is None or self._member.leave()


def _is_busy() -> bool:
    """Tell whether a worker of this host runs a chunk; if the database does not answer, it may well."""
    try:
        return JobChunk.objects.running().filter(worker__endswith=f"@{socket.gethostname()}").exists()
    except Error:
        connection.close()
        return True
