"""Workers: each says every few seconds that it is there, also while it has nothing to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Max
from django.db.models.functions import Now


class WorkerQuerySet(models.QuerySet["Worker"]):
    """Queries on workers."""

    def seen_within(self, seconds: float) -> WorkerQuerySet:
        """Return the workers that have said so lately, by the database's clock."""
        return self.filter(seen_at__gt=Now() - timedelta(seconds=seconds)).order_by("name")

    def last_seen(self) -> datetime | None:
        """Return when any worker was last there."""
        found: datetime | None = self.aggregate(last=Max("seen_at"))["last"]
        return found


class Worker(models.Model):
    """A worker, by its name, and when it was last there."""

    name = models.CharField(max_length=128, primary_key=True)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    objects = WorkerQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
