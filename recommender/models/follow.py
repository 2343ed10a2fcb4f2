"""The people whom raters follow, to be shown their movies."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from recommender.models.mark import Mark
from recommender.models.person import Credit, Person
from recommender.models.rater import Rater
from recommender.models.rating import Rating


class FollowQuerySet(models.QuerySet["Follow"]):
    """Queries on follows."""

    def of(self, rater: Rater) -> FollowQuerySet:
        """Return whom a rater follows, the latest first."""
        return self.filter(rater=rater).select_related("person").order_by("-followed_at", "person_id")

    def in_turn(self, rater: Rater) -> FollowQuerySet:
        """Return whom a rater follows, by id, and whether there is a movie of theirs to see, as `has_unseen`."""
        unseen = Credit.objects.filter(Follow.unseen_by(rater), person=OuterRef("person_id"))
        mine = self.filter(rater=rater).select_related("person").order_by("person_id")
        return mine.annotate(has_unseen=Exists(unseen))  # type: ignore[no-redef]


class Follow(models.Model):
    """One rater follows one person. The key allows it once."""

    pk = models.CompositePrimaryKey("rater_id", "person_id")
    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="follows", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follows")
    followed_at = models.DateTimeField()

    has_unseen: bool  # only if the query used `in_turn`

    objects = FollowQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(F("rater"), F("followed_at").desc(), name="follow_newest_of_rater"),)

    def __str__(self) -> str:
        return f"rater {self.rater_id} follows person {self.person_id}"

    @staticmethod
    def unseen_by(rater: Rater) -> Q:
        """Return which credits are in a movie that the rater has not rated, seen or hidden; no movie counts twice."""
        rated = Rating.objects.filter(rater=rater, movie=OuterRef("movie_id"))
        marked = Mark.objects.filter(rater=rater, movie=OuterRef("movie_id")).exclude(kind=Mark.Kind.WATCHLIST)
        return Q(movie__duplicate_of=None) & ~Exists(rated) & ~Exists(marked)
