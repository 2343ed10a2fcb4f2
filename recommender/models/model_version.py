"""Versions of models, title indexes, similar movies and snapshots: immutable artifacts, one of each in service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Case, Count, Max, Q, Sum, Value, When
from django.utils import timezone

from recommender.models.job import Job


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    """Queries on model versions."""

    def active(self) -> ModelVersionQuerySet:
        """Return the versions in service, at most one per algorithm."""
        return self.filter(state=ModelVersion.State.ACTIVE)

    def ranking(self) -> ModelVersionQuerySet:
        """Return the versions that rank movies."""
        return self.filter(kind=ModelVersion.Kind.MODEL)

    def stored(self) -> ModelVersionQuerySet:
        """Return the versions whose artifact has not been removed."""
        return self.filter(artifact_removed_at=None)

    def side_by_side(self, version_ids: Sequence[int]) -> ModelVersionQuerySet:
        """Return the versions with these ids, by algorithm, the newest first."""
        return self.filter(pk__in=version_ids).order_by("algorithm", "-created_at")

    def usage(self) -> models.QuerySet[ModelVersion, Any]:
        """Return algorithm, number of stored versions and their bytes, by algorithm."""
        by_algorithm = self.stored().order_by("algorithm").values("algorithm")
        return by_algorithm.annotate(versions=Count("pk"), size=Sum("artifact_size"))

    def previous(self) -> ModelVersionQuerySet:
        """Return the targets of roll-backs, in order: versions that were in service and not rolled back."""
        last = Max("activations__pk", filter=Q(activations__undone_at=None))
        retired = self.stored().filter(state=ModelVersion.State.RETIRED)
        return retired.annotate(last_activation=last).filter(last_activation__isnull=False).order_by("-last_activation")


class ModelVersion(models.Model):
    """One artifact: a model of an algorithm, or something else that is built and versioned like one."""

    class Kind(models.TextChoices):
        MODEL = "model", "Model"
        INDEX = "index", "Title index"
        NEIGHBOURS = "neighbours", "Similar movies"
        SNAPSHOT = "snapshot", "Snapshot"

    NAMES: ClassVar = {Kind.INDEX: "title_index", Kind.NEIGHBOURS: "similar_movies", Kind.SNAPSHOT: "snapshot"}
    """What `algorithm` is for kinds other than models; also the folder of their artifacts."""

    class State(models.TextChoices):
        CANDIDATE = "candidate", "Candidate"
        ACTIVE = "active", "Active"
        RETIRED = "retired", "Retired"
        REJECTED = "rejected", "Rejected"

    algorithm = models.CharField(max_length=64)
    # PostgreSQL fills it in, so rows that the previous release inserts have the right kind, too.
    kind = models.GeneratedField(
        expression=Case(
            *(When(algorithm=name, then=Value(str(kind))) for kind, name in NAMES.items()), default=Value("model")
        ),
        output_field=models.CharField(max_length=16, choices=Kind),
        db_persist=True,
        choices=Kind,
    )
    parameters = models.JSONField(default=dict, blank=True)
    seed = models.BigIntegerField(default=0)
    n_threads = models.PositiveSmallIntegerField(default=1)
    data_fingerprint = models.CharField(max_length=64)
    code_version = models.CharField(max_length=64)
    artifact_key = models.CharField(max_length=200, unique=True)
    artifact_sha256 = models.CharField(max_length=64)
    artifact_size = models.BigIntegerField()
    artifact_removed_at = models.DateTimeField(null=True, blank=True)
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
                condition=~Q(state="active") | Q(artifact_removed_at=None), name="model_version_active_has_artifact"
            ),
            models.CheckConstraint(
                condition=Q(artifact_sha256__regex="^[0-9a-f]{64}$"), name="model_version_sha256_is_hex"
            ),
        )
        indexes = (models.Index(fields=["algorithm", "-created_at"], name="model_version_newest"),)

    def __str__(self) -> str:
        return f"{self.algorithm} version {self.pk}"


class Activation(models.Model):
    """One activation of a version. Rolling back undoes the last one that has not been undone."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="activations")
    activated_at = models.DateTimeField(default=timezone.now)
    activated_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    overrides_rejection = models.BooleanField(default=False)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(undone_by=None) | Q(undone_at__isnull=False), name="activation_undone_by_is_undone"
            ),
        )

    def __str__(self) -> str:
        return f"Activation of {self.version}"
