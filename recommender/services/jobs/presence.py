"""Workers say that they are there: in a table for the site, and by a file for whatever watches their container."""

import logging
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from recommender.models import Worker

logger = logging.getLogger(__name__)
FORGOTTEN_AFTER = timedelta(days=7)
SEEN = """
INSERT INTO recommender_worker (name) VALUES (%s) ON CONFLICT (name) DO UPDATE SET seen_at = statement_timestamp()
"""


def say_here(name: str) -> None:
    """Note in the table that a worker is there."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [name[:128]])


def say_started(name: str) -> None:
    """Note that a worker begins, and forget those that have been away for a week."""
    Worker.objects.filter(seen_at__lt=Now() - FORGOTTEN_AFTER).delete()
    Worker.objects.update_or_create(name=name[:128], defaults={"started_at": Now(), "seen_at": Now()})


def say_gone(name: str) -> None:
    """Note that a worker has stopped."""
    Worker.objects.filter(name=name[:128]).delete()
    heartbeat_file().unlink(missing_ok=True)


def touch_file() -> None:
    """Set the heartbeat file's time to now, whether or not the database answers."""
    file = heartbeat_file()
    try:
        file.touch(mode=0o600)
    except OSError as error:
        logger.warning("The heartbeat file %s cannot be written: %s; check WORKER_HEARTBEAT_FILE.", file, error)


def heartbeat_file() -> Path:
    """Return the file of this machine's worker."""
    file: Path = settings.WORKER_HEARTBEAT_FILE
    return file
