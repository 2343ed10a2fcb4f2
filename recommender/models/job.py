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
FORECAST_COUNTS = 0.2
"""The forecast counts as much for the time left as the throughput of this share of the job."""


class JobQuerySet(models.QuerySet["Job"]):
    """Queries on jobs."""

    def unfinished(self) -> JobQuerySet:
        """Return the jobs that are queued, running or cancelling, the oldest first."""
        return self.filter(state__in=Job.UNFINISHED).order_by("pk")

    def due_again(self) -> JobQuerySet:
        """Return the jobs that have waited long enough for storage, by the database's clock."""
        return self.filter(state__in=(Job.State.QUEUED, Job.State.RUNNING), waits_until__lte=Now())

    def last_succeeded(self, *kinds: Job.Kind) -> Job | None:
        """Return the job of these kinds that succeeded last."""
        return self.filter(kind__in=kinds, state=Job.State.SUCCEEDED).order_by("-finished_at").first()

    def progress_of(self, job_ids: Sequence[int]) -> JobQuerySet:
        """Return the jobs with these ids, with the fields that show their progress."""
        read = (
            "kind",
            "state",
            "stage",
            "progress",
            "message",
            "resumed_at",
            "resumed_progress",
            "heartbeat_at",
            "waits",
            "waits_until",
            "forecast_seconds",
        )
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
        IMDB = "imdb", "IMDb catalogue"
        NEW_MOVIES = "new_movies", "New movies"
        DRIFT = "drift", "Drift"

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
    request_id = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="the request that started it, as logs name it"
    )
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
    waits_until = models.DateTimeField(null=True, blank=True, help_text="no chunk is claimed before, storage was away")
    waits = models.SmallIntegerField(db_default=0, help_text="how often in a row it has waited for storage")
    data_size = models.JSONField(null=True, blank=True, help_text="how much there was to work on: numbers by name")
    forecast_seconds = models.FloatField(null=True, blank=True, help_text="how long it was expected to take")
    machine_seconds = models.FloatField(null=True, blank=True, help_text="how long all machines were busy with it")
    forecast = models.JSONField(null=True, blank=True, help_text="the same by stage, and the seconds of all machines")

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(progress__range=(0, 1)), name="job_progress_0_to_1"),
            models.CheckConstraint(condition=Q(attempts__gte=0, stage__gte=0), name="job_attempts_not_negative"),
            models.CheckConstraint(condition=Q(waits__gte=0), name="job_waits_not_negative"),
            models.CheckConstraint(
                condition=Q(forecast_seconds=None, forecast=None) | Q(forecast_seconds__gte=0, forecast__isnull=False),
                name="job_forecast_whole",
            ),
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
    def waits_for_storage(self) -> bool:
        """Whether it does nothing until artifact storage has been tried again."""
        at_rest = self.state == self.State.QUEUED or self.waits_until is not None
        return self.waits > 0 and at_rest and self.state not in self.FINISHED

    @property
    def duration(self) -> timedelta | None:
        """How long it has been running: until it finished, or until its last heartbeat."""
        return (self.finished_at or self.heartbeat_at) - self.started_at if self.started_at else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds left, at first by the forecast, then more and more at the throughput since it last started running.

        None if neither is known yet.
        """
        if self.state != self.State.RUNNING or self.resumed_at is None:
            return None
        gained = max(self.progress - self.resumed_progress, 0.0)
        taken = (self.heartbeat_at - self.resumed_at).total_seconds()
        if self.forecast_seconds is not None:
            whole = (FORECAST_COUNTS * self.forecast_seconds + taken) / (FORECAST_COUNTS + gained)
        elif gained >= MIN_GAIN:
            whole = taken / gained
        else:
            return None
        return whole * (1 - self.progress)

    @property
    def forecast_error(self) -> float | None:
        """How much longer it took than expected, as a share of that: 0.1 is a tenth longer, -0.1 a tenth shorter."""
        if self.state != self.State.SUCCEEDED or not self.forecast_seconds or self.duration is None:
            return None
        return self.duration.total_seconds() / self.forecast_seconds - 1


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
