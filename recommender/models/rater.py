"""Whoever rates: a user of the site or an imported MovieLens rater."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Rater(models.Model):
    """Someone who rates. Imported raters have a MovieLens id and never an account."""

    id = models.AutoField(primary_key=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="rater")
    movielens_id = models.IntegerField(null=True, unique=True)
    shares_impressions = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(user=None, movielens_id__isnull=False) | Q(user__isnull=False, movielens_id=None),
                name="rater_is_a_user_or_imported",
            ),
            models.CheckConstraint(
                condition=Q(shares_impressions=False) | Q(user__isnull=False), name="rater_consents_as_a_user"
            ),
        )

    def __str__(self) -> str:
        return f"user {self.user_id}" if self.user_id else f"MovieLens rater {self.movielens_id}"
