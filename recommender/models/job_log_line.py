"""What happened to a job, line by line."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from recommender.models.job import Job


class JobLogLine(models.Model):
    """One line; `services.job_log` keeps the newest lines of each job."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="log_lines", db_index=False)
    at = models.DateTimeField(db_default=Now())
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=["job", "id"], name="job_log_line_newest"),)
        constraints = (models.CheckConstraint(condition=~models.Q(text=""), name="job_log_line_not_empty"),)

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.text}"
