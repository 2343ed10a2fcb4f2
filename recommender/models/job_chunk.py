"""Chunks of jobs: what a worker claims, sends heartbeats for, and finishes or hands back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Count, Q, Sum
from django.db.models.functions import Now

from recommender.models.job import Job

CLAIM = """
UPDATE recommender_jobchunk
SET state = 'running', attempts = attempts + 1, worker = %(worker)s, progress = 0,
    started_at = statement_timestamp(), heartbeat_at = statement_timestamp()
WHERE id = (
    SELECT id FROM recommender_jobchunk
    WHERE job_id = %(job_id)s AND state = 'queued'
    ORDER BY stage, number LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING *
"""


class JobChunkQuerySet(models.QuerySet["JobChunk"]):
    """Queries on chunks."""

    def claim(self, *, job_id: int, worker: str) -> JobChunk | None:
        """Claim the next queued chunk of a job for a worker, in one statement; return it, or None if there is none."""
        return next(iter(self.raw(CLAIM, {"job_id": job_id, "worker": worker[:128]})), None)

    def same_attempt(self, chunk: JobChunk) -> JobChunkQuerySet:
        """Return the chunk if the same attempt is still running it."""
        return self.filter(pk=chunk.pk, attempts=chunk.attempts, state=JobChunk.State.RUNNING)

    def running(self) -> JobChunkQuerySet:
        """Return the chunks that a worker is running."""
        return self.filter(state=JobChunk.State.RUNNING)

    def queued(self) -> JobChunkQuerySet:
        """Return the chunks that wait for a worker."""
        return self.filter(state=JobChunk.State.QUEUED)

    def unfinished(self) -> JobChunkQuerySet:
        """Return the chunks that are queued or running."""
        return self.filter(state__in=(JobChunk.State.QUEUED, JobChunk.State.RUNNING))

    def by_stage(self) -> models.QuerySet[JobChunk, Any]:
        """Return the stages in order, with the number of chunks in each state and the total of attempts."""
        in_state = {f"n_{state}": Count("pk", filter=Q(state=state)) for state in JobChunk.State.values}
        stages = self.order_by("stage").values("stage", "stage_name")
        return stages.annotate(n_attempts=Sum("attempts"), **in_state)

    def stale(self, lost_after: timedelta) -> JobChunkQuerySet:
        """Return unfinished chunks without a recent heartbeat, by the database's clock: message or worker is lost."""
        return self.unfinished().filter(heartbeat_at__lte=Now() - lost_after)


class JobChunk(models.Model):
    """One part of one stage of a job. `attempts` numbers the claims; only the newest one can finish the chunk."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"

    TRANSITIONS: ClassVar = frozenset(
        {
            (State.QUEUED, State.RUNNING),
            (State.RUNNING, State.QUEUED),
            (State.RUNNING, State.SUCCEEDED),
            (State.RUNNING, State.FAILED),
            (State.FAILED, State.QUEUED),
        }
    )

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="chunks")
    stage = models.SmallIntegerField()
    stage_name = models.CharField(max_length=32)
    number = models.IntegerField()
    arguments = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    progress = models.FloatField(default=0)
    result = models.JSONField(null=True, blank=True)
    notes = models.JSONField(null=True, blank=True, help_text="what one attempt saves for the next")
    artifact_key = models.CharField(max_length=200, blank=True, default="")
    artifact_sha256 = models.CharField(max_length=64, blank=True, default="")
    error = models.TextField(blank=True, default="")
    traceback = models.TextField(blank=True, default="")
    worker = models.CharField(max_length=128, blank=True, default="")
    attempts = models.SmallIntegerField(default=0)
    losses = models.SmallIntegerField(default=0, help_text="how many attempts were lost with their worker")
    peak_memory = models.BigIntegerField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobChunkQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["job", "stage", "number"], name="job_chunk_number"),
            models.CheckConstraint(condition=Q(progress__range=(0, 1)), name="job_chunk_progress_0_to_1"),
            models.CheckConstraint(
                condition=Q(attempts__gte=0, losses__gte=0, losses__lte=models.F("attempts")),
                name="job_chunk_attempts",
            ),
            models.CheckConstraint(
                condition=Q(state="queued") | Q(started_at__isnull=False), name="job_chunk_started_at_when_started"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("succeeded", "failed"), finished_at__isnull=False)
                | Q(state__in=("queued", "running"), finished_at=None),
                name="job_chunk_finished_at_when_finished",
            ),
            models.CheckConstraint(
                condition=(Q(state="failed") & ~Q(error="")) | (~Q(state="failed") & Q(error="")),
                name="job_chunk_error_when_failed",
            ),
            models.CheckConstraint(
                condition=Q(artifact_key="", artifact_sha256="")
                | Q(state="succeeded", artifact_sha256__regex="^[0-9a-f]{64}$") & ~Q(artifact_key=""),
                name="job_chunk_artifact_when_succeeded",
            ),
            models.CheckConstraint(
                condition=Q(state="succeeded") | Q(result=None), name="job_chunk_result_when_succeeded"
            ),
        )
        indexes = (
            models.Index(
                fields=["heartbeat_at"], condition=Q(state__in=("queued", "running")), name="job_chunk_unfinished"
            ),
        )

    def __str__(self) -> str:
        return f"{self.stage_name} {self.number + 1} of job {self.job_id}"
