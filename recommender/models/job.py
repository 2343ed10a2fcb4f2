"""Jobs: what was requested, by whom, its progress and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Cast, Now

MIN_GAIN = 0.005
"""Progress below which the throughput cannot be estimated."""


class JobQuerySet(models.QuerySet["Job"]):
    """Queries on jobs."""

    def unfinished(self) -> JobQuerySet:
        """Return the jobs that are queued, running or cancelling, the oldest first."""
        return self.filter(state__in=Job.UNFINISHED).order_by("pk")

    def last_succeeded(self, *kinds: Job.Kind) -> Job | None:
        """Return the job of these kinds that succeeded last."""
        return self.filter(kind__in=kinds, state=Job.State.SUCCEEDED).order_by("-finished_at").first()

    def progress_of(self, job_ids: Sequence[int]) -> JobQuerySet:
        """Return the jobs with these ids, with the fields that show their progress."""
        read = ("kind", "state", "stage", "progress", "message", "resumed_at", "resumed_progress", "heartbeat_at")
        return self.filter(pk__in=job_ids).only(*read)

    def locked(self, job_id: int) -> Job:
        """Return a job and lock its row until the transaction ends: every change of a job's state begins with this."""
        return self.select_for_update(no_key=True).get(pk=job_id)


class Job(models.Model):
    """A piece of work for the workers: a list of stages, each a list of chunks that any worker may claim.

    The row has the state and progress of all its chunks together. A trigger (migration 0005) refuses every change of
    state that is not in `TRANSITIONS`.
    """

    class Kind(models.TextChoices):
        IMPORT = "import", "Import"
        SNAPSHOT = "snapshot", "Snapshot"
        TITLE_INDEX = "title_index", "Title index"
        TRAIN = "train", "Train"
        TUNE = "tune", "Tune"
        EVALUATE = "evaluate", "Evaluate"
        SIMILAR_MOVIES = "similar_movies", "Similar movies"
        RETRAIN = "retrain", "Retrain"
        TMDB = "tmdb", "TMDB metadata"

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        CANCELLING = "cancelling", "Cancelling"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    UNFINISHED: ClassVar = (State.QUEUED, State.RUNNING, State.CANCELLING)
    FINISHED: ClassVar = (State.SUCCEEDED, State.FAILED, State.CANCELLED)
    TRANSITIONS: ClassVar = frozenset(
        {
            (State.QUEUED, State.RUNNING),
            (State.QUEUED, State.CANCELLED),
            (State.RUNNING, State.QUEUED),  # handed back: none of its chunks is running
            (State.RUNNING, State.CANCELLING),
            (State.RUNNING, State.SUCCEEDED),
            (State.RUNNING, State.FAILED),
            (State.CANCELLING, State.CANCELLED),
            (State.FAILED, State.QUEUED),  # retried
            (State.CANCELLED, State.QUEUED),
        }
    )

    kind = models.CharField(max_length=32, choices=Kind)
    arguments = models.JSONField(default=dict, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    stage = models.SmallIntegerField(default=0)
    progress = models.FloatField(default=0)
    message = models.CharField(max_length=200, blank=True, default="")
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    traceback = models.TextField(blank=True, default="")
    worker = models.CharField(max_length=128, blank=True, default="", help_text="the worker that claimed a chunk last")
    attempts = models.SmallIntegerField(default=0, help_text="how often it went from queued to running")
    peak_memory = models.BigIntegerField(null=True, blank=True, help_text="bytes of the process that used most")
    has_outputs = models.BooleanField(default=False, help_text="files of its chunks are still in artifact storage")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    resumed_at = models.DateTimeField(null=True, blank=True)
    resumed_progress = models.FloatField(default=0)
    heartbeat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(progress__range=(0, 1)), name="job_progress_0_to_1"),
            models.CheckConstraint(condition=Q(attempts__gte=0, stage__gte=0), name="job_attempts_not_negative"),
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
                condition=(Q(state="failed") & ~Q(error="")) | (~Q(state="failed") & Q(error="")),
                name="job_error_when_failed",
            ),
            models.CheckConstraint(condition=Q(state="succeeded") | Q(result=None), name="job_result_when_succeeded"),
            models.UniqueConstraint(
                "kind",
                MD5(Cast("arguments", models.TextField())),
                condition=Q(state__in=("queued", "running")),
                name="job_one_at_a_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["heartbeat_at"],
                condition=Q(state__in=("queued", "running", "cancelling")),
                name="job_unfinished",
            ),
            models.Index(fields=["finished_at"], condition=Q(has_outputs=True), name="job_with_outputs"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def duration(self) -> timedelta | None:
        """How long it has been running: until it finished, or until its last heartbeat."""
        return (self.finished_at or self.heartbeat_at) - self.started_at if self.started_at else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds left at the throughput since it last started running; None if that is not known yet."""
        gained = self.progress - self.resumed_progress
        if self.state != self.State.RUNNING or self.resumed_at is None or gained < MIN_GAIN:
            return None
        return (self.heartbeat_at - self.resumed_at).total_seconds() * (1 - self.progress) / gained


class JobLogLine(models.Model):
    """One line of a job's log; `services.jobs.log` keeps the newest of each job."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="log_lines", db_index=False)
    at = models.DateTimeField(db_default=Now())
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=["job", "id"], name="job_log_line_newest"),)
        constraints = (models.CheckConstraint(condition=~models.Q(text=""), name="job_log_line_not_empty"),)

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.text}"
