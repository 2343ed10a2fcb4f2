"""How much a user has just written, for the limits on that."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class WriteCount(models.Model):
    """How many writes of one kind a user has made in the current stretch of time; one row each, used again."""

    pk = models.CompositePrimaryKey("user_id", "kind")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=16)
    stretch = models.BigIntegerField()
    count = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.count} of {self.kind} by user {self.user_id}"
