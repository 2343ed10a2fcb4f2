"""Impressions: what lists showed to raters who consented, and the outcomes."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from recommender.models.experiment import Experiment
from recommender.models.movie import Movie
from recommender.models.rater import Rater


class ImpressionQuerySet(models.QuerySet["Impression"]):
    """Queries on impressions."""

    def latest_of_movie(self, rater: Rater, movie: Movie, since: datetime) -> Impression | None:
        """Return the last impression of a movie by a rater since a given time."""
        shown = self.filter(rater=rater, shown_at__gte=since, movie_ids__contains=[movie.pk])
        return shown.order_by("-shown_at").first()


class Impression(models.Model):
    """One slice of a list as it was shown. In an experiment, `teams` has the version that picked each movie, or 0."""

    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="impressions", db_index=False)
    algorithm = models.CharField(max_length=64)
    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, null=True, related_name="impressions", db_index=False
    )
    first_place = models.IntegerField()
    movie_ids = ArrayField(models.IntegerField())
    teams = ArrayField(models.SmallIntegerField(), default=list)
    shown_at = models.DateTimeField()

    objects = ImpressionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(first_place__gte=1), name="impression_places_start_at_1"),
            models.CheckConstraint(
                condition=Q(experiment=None, teams__len=0)
                | Q(experiment__isnull=False, teams__len=Coalesce(F("movie_ids__len"), 0)),
                name="impression_teams_belong_to_an_experiment",
            ),
        )
        indexes = (
            models.Index(F("rater"), F("shown_at").desc(), name="impression_newest_of_rater"),
            models.Index(fields=["shown_at"], name="impression_oldest"),
            models.Index(
                fields=["experiment", "shown_at"],
                condition=Q(experiment__isnull=False),
                name="impression_of_experiment",
            ),
        )

    def __str__(self) -> str:
        return f"{len(self.movie_ids)} movies shown to rater {self.rater_id}"


class Outcome(models.Model):
    """A rating or watchlist entry that followed an impression of the movie."""

    class Kind(models.TextChoices):
        RATING = "rating", "Rating"
        WATCHLIST = "watchlist", "Watchlist"

    GOOD_HALF_STARS = 8

    pk = models.CompositePrimaryKey("impression_id", "movie_id", "kind")
    impression = models.ForeignKey(Impression, on_delete=models.CASCADE, related_name="outcomes", db_index=False)
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    half_stars = models.SmallIntegerField(null=True)
    team = models.SmallIntegerField(default=0)
    happened_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="rating", half_stars__isnull=False, half_stars__range=(1, 10))
                | Q(kind="watchlist", half_stars=None),
                name="outcome_half_stars_of_a_rating",
            ),
            models.CheckConstraint(condition=Q(team__in=(0, 1, 2)), name="outcome_team_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of movie {self.movie_id}"
