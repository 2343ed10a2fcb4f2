"""Raters: users of the site and imported MovieLens raters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from recommender.models.movie_facts import Provider
from recommender.models.postgres import AnyOf

MAX_DIGITS = 9
"""Maximum digits of an id; longer numbers do not fit the column."""


class RaterQuerySet(models.QuerySet["Rater"]):
    """Queries on raters."""

    def members_who_said_something_about(self, movie_ids: Sequence[int]) -> RaterQuerySet:
        """Return the users who have rated, marked or tagged one of these movies."""
        from recommender.models import Mark, Rating, TagApplication  # these modules import this one

        about = [
            Exists(model.objects.filter(AnyOf(F("movie_id"), list(movie_ids)), rater=OuterRef("pk")))
            for model in (Rating, Mark, TagApplication)
        ]
        return self.filter(about[0] | about[1] | about[2], user__isnull=False)

    def known_as(self, text: str) -> RaterQuerySet:
        """Find a rater by id, by MovieLens id ("ML 12"), by e-mail address or by user name.

        Only one of these is queried, by its index; an OR of them would read all raters.
        """
        wanted = text.strip()
        number = re.fullmatch(rf"(ML ?)?([0-9]{{1,{MAX_DIGITS}}})", wanted, re.IGNORECASE)
        if number:
            return self.filter(**{"movielens_id" if number[1] else "pk": int(number[2])})
        if "@" in wanted:
            return self.filter(user__emailaddress__email=wanted.lower())
        return self.filter(user__username=wanted)


class Rater(models.Model):
    """A rater. Imported raters have a MovieLens id and never an account."""

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
    """A rater's settings, the same on all their devices."""

    rater = models.OneToOneField(Rater, on_delete=models.CASCADE, primary_key=True, related_name="preferences")
    algorithm = models.CharField(max_length=64, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="", db_default="")  # where they watch movies
    services = models.ManyToManyField(
        Provider, related_name="preferences_with", blank=True
    )  # where they can watch them

    class Meta:
        verbose_name_plural = "preferences"
        constraints = (
            models.CheckConstraint(condition=Q(country__regex=r"^([A-Z]{2})?$"), name="preferences_country_is_a_code"),
        )

    def __str__(self) -> str:
        return f"preferences of {self.rater}"
