"""Free-text tags: who gave which movie which tag, and the counts per movie."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Trim

from recommender.models.movie import Movie
from recommender.models.rater import Rater


class Tag(models.Model):
    """A tag in lower case, without surrounding blanks."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=255, unique=True)

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


class MovieTag(models.Model):
    """How many raters gave a movie a tag."""

    pk = models.CompositePrimaryKey("movie_id", "tag_id")
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="tag_counts", db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="movie_counts")
    count = models.IntegerField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(count__gt=0), name="movie_tag_count_positive"),)

    def __str__(self) -> str:
        return f"tag {self.tag_id} on movie {self.movie_id}: {self.count}"
