"""Whoever rates: a user of the site or an imported MovieLens rater."""

from __future__ import annotations

import re

from django.conf import settings
from django.db import models
from django.db.models import Q

MOST_DIGITS = 9
"""Of an id: more would not fit the column."""


class RaterQuerySet(models.QuerySet["Rater"]):
    """What the screens ask of raters."""

    def known_as(self, text: str) -> RaterQuerySet:
        """Return whom people mean by a rater's id, "ML 12" for MovieLens' id 12, an e-mail address or a user name.

        Each way has an index; an "or" of them would read all raters.
        """
        wanted = text.strip()
        number = re.fullmatch(rf"(ML ?)?([0-9]{{1,{MOST_DIGITS}}})", wanted, re.IGNORECASE)
        if number:
            return self.filter(**{"movielens_id" if number[1] else "pk": int(number[2])})
        if "@" in wanted:
            return self.filter(user__emailaddress__email=wanted.lower())
        return self.filter(user__username=wanted)


class Rater(models.Model):
    """Someone who rates. Imported raters have a MovieLens id and never an account."""

    id = models.AutoField(primary_key=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="rater")
    movielens_id = models.IntegerField(null=True, unique=True)
    shares_impressions = models.BooleanField(default=False, db_default=False)

    objects = RaterQuerySet.as_manager()

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


class Preferences(models.Model):
    """The choices of one rater that follow them from device to device."""

    rater = models.OneToOneField(Rater, on_delete=models.CASCADE, primary_key=True, related_name="preferences")
    algorithm = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"preferences of {self.rater}"
