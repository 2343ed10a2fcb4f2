"""Counts by day: what this process has counted is added to the table once a minute, so that no request waits for it."""

import logging
import threading
from collections.abc import Mapping

from django.db import Error, connection
from django.utils import timezone

from recommender.models import DayCount
from recommender.services import metrics

logger = logging.getLogger(__name__)
EVERY = 60.0
ADD = """
INSERT INTO recommender_daycount (day, name, count) VALUES (%s, %s, %s)
ON CONFLICT (day, name) DO UPDATE SET count = recommender_daycount.count + excluded.count
"""
_lock = threading.Lock()
_saved: dict[str, float] = {}
_never = threading.Event()


def in_background() -> threading.Thread:
    """Save the counts once a minute for as long as this process lives."""
    _saved.update(_counted())
    thread = threading.Thread(target=_save_now_and_then, name="day-counts", daemon=True)
    thread.start()
    return thread


def save() -> None:
    """Add what has been counted since the last time to today's numbers; without the database it stays for later."""
    with _lock:
        counted = _counted()
        new = {name: int(number - _saved.get(name, 0)) for name, number in counted.items()}
        try:
            add({name: number for name, number in new.items() if number > 0})
        except Error:
            logger.warning("The counts of this minute could not be saved; trying again with the next ones.")
            return
        _saved.update(counted)


def add(numbers: Mapping[str, int]) -> None:
    """Add to today's numbers."""
    today = timezone.now().date()
    with connection.cursor() as cursor:
        for name, number in sorted(numbers.items()):
            cursor.execute(ADD, [today, name, number])


def _save_now_and_then() -> None:
    while not _never.wait(EVERY):
        save()
        connection.close()


def _counted() -> dict[str, float]:
    return {
        DayCount.Name.LISTS: metrics.total(metrics.LISTS),
        DayCount.Name.RATINGS: metrics.total(metrics.RATINGS, action="set"),
    }
