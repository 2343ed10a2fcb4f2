"""Free-text tags: who gave which movie which tag, and the counts per movie."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Lower, Trim

from recommender.models.movie import Movie
from recommender.models.rater import Rater


class TagQuerySet(models.QuerySet["Tag"]):
    """What the screens ask of tags."""

    def most_given(self, beginning: str) -> TagQuerySet:
        """Return the tags in use that begin like this, the most given first, how often as `n_given`."""
        n_given = Sum("movie_counts__count")
        in_use = self.filter(name__startswith=beginning, movie_counts__isnull=False)
        return in_use.annotate(n_given=n_given).order_by(n_given.desc(), "name")  # type: ignore[no-redef]


class Tag(models.Model):
    """A tag in lower case, without surrounding blanks."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=255, unique=True)

    n_given: int  # where the query asked for it: `most_given`

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
    """What the screens ask of the tags of movies."""

    def of_movie(self, movie: Movie, user: User | AnonymousUser) -> MovieTagQuerySet:
        """Return a movie's tags with their names: the user's own (`mine`) first, then the most given."""
        given = TagApplication.objects.filter(movie=movie, tag=OuterRef("tag_id"))
        # An imported rater has no user either: None must not find them.
        given = given.filter(rater__user_id=user.pk) if user.is_authenticated else given.none()
        mine = Exists(given)
        tags = self.filter(movie=movie).select_related("tag").annotate(mine=mine)  # type: ignore[no-redef]
        return tags.order_by(mine.desc(), "-count", "tag__name")


class MovieTag(models.Model):
    """How many raters gave a movie a tag."""

    pk = models.CompositePrimaryKey("movie_id", "tag_id")
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="tag_counts", db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="movie_counts")
    count = models.IntegerField()

    mine: bool  # where the query asked for it: `of_movie`

    objects = MovieTagQuerySet.as_manager()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(count__gt=0), name="movie_tag_count_positive"),)

    def __str__(self) -> str:
        return f"tag {self.tag_id} on movie {self.movie_id}: {self.count}"
