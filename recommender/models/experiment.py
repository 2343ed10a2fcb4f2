"""Experiments: two model versions side by side in the lists of a share of users."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from recommender.models.model_version import ModelVersion


class ExperimentQuerySet(models.QuerySet["Experiment"]):
    """Queries on experiments."""

    def running(self) -> Experiment | None:
        """Return the running experiment with its versions, if there is one."""
        return self.filter(ended_at=None).select_related("version_a", "version_b").first()

    def versions_in_use(self) -> set[int]:
        """Return the ids of the model versions that a running experiment shows."""
        return {pk for pair in self.filter(ended_at=None).values_list("version_a_id", "version_b_id") for pk in pair}


class Experiment(models.Model):
    """Version A against version B. `tally` holds the wins by day, without personal data."""

    version_a = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    version_b = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    share = models.FloatField(help_text="Share of the consenting users who take part, above 0 and at most 1.")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    started_at = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    tally = models.JSONField(default=list, editable=False)

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["ended_at"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="experiment_one_running",
                violation_error_message="An experiment is already running; stop it first.",
            ),
            models.CheckConstraint(condition=~Q(version_a=F("version_b")), name="experiment_of_two_versions"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="experiment_share_of_users"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="experiment_ends_after_its_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.version_a} against {self.version_b}"
