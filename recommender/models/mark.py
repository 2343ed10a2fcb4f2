"""Marks on movies that a rater has not rated: to see some day, seen, or never to be recommended."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from recommender.models.movie import Movie
from recommender.models.rater import Rater


class MarkQuerySet(models.QuerySet["Mark"]):
    """Queries on marks."""

    def of(self, rater: Rater, kind: Mark.Kind) -> MarkQuerySet:
        """Return the marks of one kind of one rater, the newest first."""
        return self.filter(rater=rater, kind=kind).order_by("-marked_at", "movie_id")

    def kinds_by_movie(self, rater: Rater) -> dict[int, str]:
        """Return the kinds of a rater's marks by movie id."""
        return dict(self.filter(rater=rater).values_list("movie_id", "kind"))


class Mark(models.Model):
    """One rater's mark on one movie. The key allows only one: a movie on the watchlist is neither hidden nor seen."""

    class Kind(models.TextChoices):
        WATCHLIST = "watchlist", "Watchlist"
        HIDDEN = "hidden", "Hidden"
        SEEN = "seen", "Seen"

    pk = models.CompositePrimaryKey("rater_id", "movie_id")
    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="marks", db_index=False)
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=16, choices=Kind)
    marked_at = models.DateTimeField()

    objects = MarkQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=("watchlist", "hidden", "seen")), name="mark_kind_is_known"),
        )
        indexes = (models.Index(F("rater"), F("kind"), F("marked_at").desc(), name="mark_newest_of_rater"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: movie {self.movie_id}"
