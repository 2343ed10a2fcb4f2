"""Drift: how far the ratings of a week are from those that the models in service learned from."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now

from recommender.models.job import Job


class DriftReport(models.Model):
    """The figures of one week, each with its bounds and whether it is within them."""

    measured_at = models.DateTimeField(db_default=Now())
    week_ends_at = models.DateTimeField(null=True)
    n_ratings = models.IntegerField(default=0)
    figures = models.JSONField(default=list)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        get_latest_by = "pk"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"Drift of the week to {self.week_ends_at:%-d %B %Y}" if self.week_ends_at else "Drift without ratings"

    @property
    def outside(self) -> list[dict[str, Any]]:
        """Return the figures that are outside their bounds."""
        return [figure for figure in self.figures if figure["outside"]]
