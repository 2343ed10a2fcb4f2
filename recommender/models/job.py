"""Jobs: what was asked, by whom, how far it is and how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class JobQuerySet(models.QuerySet["Job"]):
    """What the screens ask of jobs."""

    def unfinished(self) -> JobQuerySet:
        """Return the jobs that are queued, running or cancelling, the oldest first."""
        return self.filter(state__in=Job.UNFINISHED).order_by("pk")

    def unheard_since(self, moment: datetime) -> JobQuerySet:
        """Return unfinished jobs without a sign of life since a moment: their message or worker is lost."""
        return self.unfinished().filter(heartbeat_at__lt=moment)


class Job(models.Model):
    """A piece of work for a worker. This row is the truth; the broker's message only says "look here"."""

    class Kind(models.TextChoices):
        IMPORT = "import", "Import"
        TITLE_INDEX = "title_index", "Title index"
        TRAIN = "train", "Train"
        TUNE = "tune", "Tune"
        SIMILAR_MOVIES = "similar_movies", "Similar movies"

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        CANCELLING = "cancelling", "Cancelling"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    UNFINISHED: ClassVar = (State.QUEUED, State.RUNNING, State.CANCELLING)
    FINISHED: ClassVar = (State.SUCCEEDED, State.FAILED, State.CANCELLED)

    kind = models.CharField(max_length=32, choices=Kind)
    arguments = models.JSONField(default=dict, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    progress = models.FloatField(default=0)
    message = models.CharField(max_length=200, blank=True, default="")
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    traceback = models.TextField(blank=True, default="")
    worker = models.CharField(max_length=128, blank=True, default="")
    attempts = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(progress__range=(0, 1)), name="job_progress_0_to_1"),
            models.CheckConstraint(condition=Q(attempts__gte=0), name="job_attempts_not_negative"),
            models.CheckConstraint(
                condition=Q(
                    state__in=("succeeded", "failed", "cancelled"),
                    finished_at__isnull=False,
                )
                | Q(state__in=("queued", "running", "cancelling"), finished_at=None),
                name="job_finished_at_when_finished",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("running", "succeeded")) | Q(started_at__isnull=False),
                name="job_started_at_when_started",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") | Q(error=""),
                name="job_error_when_failed",
            ),
        )
        indexes = (
            models.Index(
                fields=["heartbeat_at"],
                condition=Q(state__in=("queued", "running", "cancelling")),
                name="job_unfinished",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"
