"""Free-text tags: who gave which movie which tag, and the counts per movie."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Sum, Value
from django.db.models.functions import Lower, Trim

from recommender.models.movie import Movie
from recommender.models.rater import Rater


class TagQuerySet(models.QuerySet["Tag"]):
    """Queries on tags."""

    def most_given(self, prefix: str) -> TagQuerySet:
        """Return the tags in use with this prefix, the most given first, with their count as `n_given`."""
        in_use = self.filter(name__startswith=prefix, movie_counts__isnull=False)
        counted = in_use.annotate(n_given=Sum("movie_counts__count"))  # type: ignore[no-redef]
        return counted.order_by("-n_given", "name")  # type: ignore[misc]


class Tag(models.Model):
    """A tag in lower case, without surrounding spaces."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=255, unique=True)

    n_given: int  # only if the query used `most_given`

    objects = TagQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="tag_name_not_empty"),
            models.CheckConstraint(condition=Q(name=Lower(Trim(F("name")))), name="tag_name_normalised"),
        )

    def __str__(self) -> str:
        return self.name


class TagApplication(models.Model):
    """A rater gave a movie a tag."""

    pk = models.CompositePrimaryKey("rater_id", "movie_id", "tag_id")
    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="tag_applications", db_index=False)
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="tag_applications")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="applications")
    applied_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"tag {self.tag_id} on movie {self.movie_id} by rater {self.rater_id}"


class MovieTagQuerySet(models.QuerySet["MovieTag"]):
    """Queries on the tags of movies."""

    def of_movie(self, movie: Movie, user: User | AnonymousUser) -> MovieTagQuerySet:
        """Return a movie's tags with their names: the user's own (`mine`) first, then the most given."""
        tags = self.filter(movie=movie).select_related("tag").order_by("-count", "tag__name")
        if not user.is_authenticated:  # a user of None would match imported raters
            return tags.annotate(mine=Value(False))  # type: ignore[no-redef]
        given = TagApplication.objects.filter(rater__user_id=user.pk, movie=movie, tag=OuterRef("tag_id"))
        mine = Exists(given)
        return tags.annotate(mine=mine).order_by(mine.desc(), "-count", "tag__name")  # type: ignore[no-redef]


class MovieTag(models.Model):
    """How many raters gave a movie a tag."""

    pk = models.CompositePrimaryKey("movie_id", "tag_id")
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="tag_counts", db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="movie_counts")
    count = models.IntegerField()

    mine: bool  # only if the query used `of_movie`

    objects = MovieTagQuerySet.as_manager()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(count__gt=0), name="movie_tag_count_positive"),)

    def __str__(self) -> str:
        return f"tag {self.tag_id} on movie {self.movie_id}: {self.count}"
