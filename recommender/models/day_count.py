"""How often something happened on a day, for the charts of the admin's first page."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class DayCount(models.Model):
    """One number of one day, added to about once a minute by each web process."""

    class Name(models.TextChoices):
        LISTS = "lists", "Lists served"
        RATINGS = "ratings", "Ratings"

    pk = models.CompositePrimaryKey("day", "name")
    day = models.DateField()
    name = models.CharField(max_length=16, choices=Name)
    count = models.BigIntegerField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(count__gte=0), name="day_count_not_negative"),)

    def __str__(self) -> str:
        return f"{self.count} {self.name} on {self.day}"
