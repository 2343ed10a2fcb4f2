"""Versions of what was trained or built: immutable artifacts, of which one per algorithm is in service."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recommender.models.job import Job


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    """What the screens ask of model versions."""

    def active(self) -> ModelVersionQuerySet:
        """Return the versions in service, at most one per algorithm."""
        return self.filter(state=ModelVersion.State.ACTIVE)


class ModelVersion(models.Model):
    """One artifact of one algorithm (the title index and similar movies are built and versioned alike)."""

    TITLE_INDEX = "title_index"
    SIMILAR_MOVIES = "similar_movies"
    SNAPSHOT = "snapshot"

    class State(models.TextChoices):
        CANDIDATE = "candidate", "Candidate"
        ACTIVE = "active", "Active"
        RETIRED = "retired", "Retired"
        REJECTED = "rejected", "Rejected"

    algorithm = models.CharField(max_length=64)
    parameters = models.JSONField(default=dict, blank=True)
    seed = models.BigIntegerField(default=0)
    data_fingerprint = models.CharField(max_length=64)
    code_version = models.CharField(max_length=64)
    artifact_key = models.CharField(max_length=200, unique=True)
    artifact_sha256 = models.CharField(max_length=64)
    artifact_size = models.BigIntegerField()
    metrics = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.CANDIDATE)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="model_versions")
    created_at = models.DateTimeField(auto_now_add=True)
    activated_at = models.DateTimeField(null=True, blank=True)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["algorithm"], condition=Q(state="active"), name="model_version_one_active_per_algorithm"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("active", "retired")) | Q(activated_at__isnull=False),
                name="model_version_activated_at",
            ),
            models.CheckConstraint(
                condition=Q(artifact_sha256__regex="^[0-9a-f]{64}$"), name="model_version_sha256_is_hex"
            ),
        )
        indexes = (models.Index(fields=["algorithm", "-created_at"], name="model_version_newest"),)

    def __str__(self) -> str:
        return f"{self.algorithm} version {self.pk}"
