"""Audit: who changed what, when, and how it was before and after."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class AuditEntry(models.Model):
    """One change of one object. It names the user in words too, so that it outlives their account."""

    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    who = models.CharField(max_length=150)
    verb = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    what = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request_id = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ("-pk",)
        indexes = (models.Index(fields=["kind", "object_id", "-id"], name="audit_entry_of_object"),)
        constraints = (
            models.CheckConstraint(condition=~Q(verb="") & ~Q(who=""), name="audit_entry_says_who_and_what"),
        )

    def __str__(self) -> str:
        return f"{self.who}: {self.verb} {self.what}"
