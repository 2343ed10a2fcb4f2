"""Imports of ratings from other sites: the file's rows, the movies they match, and the ratings they replaced."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, Q, Value

from recommender.models.movie import Movie
from recommender.models.rater import Rater


class RatingImportQuerySet(models.QuerySet["RatingImport"]):
    """Queries on imports."""

    def of(self, rater: Rater) -> RatingImportQuerySet:
        """Return the imports of one rater, the newest first."""
        return self.filter(rater=rater).order_by("-pk")


class RatingImport(models.Model):
    """One file of one rater: previewed, then applied as a whole, and perhaps undone as a whole."""

    class State(models.TextChoices):
        REVIEW = "review", "To review"
        APPLIED = "applied", "Applied"
        UNDONE = "undone", "Undone"

    id = models.AutoField(primary_key=True)
    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="rating_imports")
    source = models.CharField(max_length=32)
    kind = models.CharField(max_length=16)
    file_name = models.CharField(max_length=255)
    state = models.CharField(max_length=16, choices=State, default=State.REVIEW)
    left_out = models.JSONField(default=dict)
    bad_rows = ArrayField(models.TextField(), default=list, db_default=Value([]))  # the first ones, as sentences
    n_bad_rows = models.IntegerField(default=0, db_default=0)
    n_unread_dates = models.IntegerField(default=0, db_default=0)
    people = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))  # id: since when, to be followed
    n_unknown_people = models.IntegerField(default=0, db_default=0)
    followed = ArrayField(models.IntegerField(), default=list, db_default=Value([]))  # those not followed before
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = RatingImportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["rater"], condition=Q(state="review"), name="rating_import_one_to_review_per_rater"
            ),
            models.CheckConstraint(
                condition=Q(state="review", applied_at=None, undone_at=None)
                | Q(state="applied", applied_at__isnull=False, undone_at=None)
                | Q(state="undone", applied_at__isnull=False, undone_at__isnull=False),
                name="rating_import_times_belong_to_state",
            ),
        )

    def __str__(self) -> str:
        return f"import #{self.pk} from {self.source}"


class RatingImportRowQuerySet(models.QuerySet["RatingImportRow"]):
    """Queries on rows of imports."""

    def counts(self, name: str) -> dict[str, int]:
        """Return the number of rows by the value of a field."""
        return dict(self.order_by(name).values_list(name).annotate(n=Count("*")))


class RatingImportRow(models.Model):
    """One row of a file. `movie` is the movie that it rates, None if the row is left out."""

    class Match(models.TextChoices):
        MATCHED = "matched", "Matched"
        AMBIGUOUS = "ambiguous", "Several possible movies"
        UNMATCHED = "unmatched", "No movie found"

    class Outcome(models.TextChoices):
        ADDED = "added", "New"
        REPLACED = "replaced", "Replaced what was there"
        KEPT = "kept", "What was there was kept"
        SAME = "same", "Already the same"
        REPEATED = "repeated", "Another row has this movie"
        UNDONE = "undone", "Undone"

    WRITTEN: ClassVar = (Outcome.ADDED, Outcome.REPLACED)

    pk = models.CompositePrimaryKey("rating_import_id", "line")
    rating_import = models.ForeignKey(RatingImport, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.IntegerField()
    kind = models.CharField(max_length=16, default="ratings", db_default="ratings")
    title = models.CharField(max_length=512, blank=True)
    year = models.SmallIntegerField(null=True)
    imdb_id = models.IntegerField(null=True)
    tmdb_id = models.IntegerField(null=True)
    half_stars = models.SmallIntegerField(null=True)
    rated_at = models.DateTimeField(null=True)
    match = models.CharField(max_length=16, choices=Match)
    candidates = ArrayField(models.IntegerField(), default=list)
    movie = models.ForeignKey(Movie, on_delete=models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True, default="")
    mark_before = models.CharField(max_length=16, blank=True, default="", db_default="")
    half_stars_before = models.SmallIntegerField(null=True)
    rated_at_before = models.DateTimeField(null=True)

    objects = RatingImportRowQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(half_stars=None) | Q(half_stars__range=(1, 10)), name="rating_import_row_half_stars_1_to_10"
            ),
            models.CheckConstraint(
                condition=Q(half_stars_before=None, rated_at_before=None)
                | Q(half_stars_before__isnull=False, rated_at_before__isnull=False),
                name="rating_import_row_before_belongs_together",
            ),
        )
        indexes = (models.Index(F("rating_import"), F("match"), F("line"), name="rating_import_row_by_match"),)

    def __str__(self) -> str:
        return f"line {self.line} of import #{self.rating_import_id}"
