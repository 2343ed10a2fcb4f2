"""Activations: when each model version went into service, who put it there, and who took it back."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils import timezone

from recommender.models.model_version import ModelVersion


class Activation(models.Model):
    """One time that a version went into service. Rolling back undoes the last one that stands."""

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
