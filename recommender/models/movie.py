"""Movies and their genres."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.utils import timezone

from recommender.models.postgres import AnyOf


class Genre(models.Model):
    """A genre, as the dataset names it."""

    name = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class MovieQuerySet(models.QuerySet["Movie"]):
    """Queries on movies."""

    def with_genres(self) -> MovieQuerySet:
        """Also read the names of the genres, as `genre_names`."""
        names = ArrayAgg("genres__name", filter=Q(genres__isnull=False), order_by="genres__name", default=Value([]))
        return self.annotate(genre_names=names)  # type: ignore[no-redef]

    def with_ids(self, movie_ids: Iterable[int]) -> MovieQuerySet:
        """Return the movies with these ids."""
        return self.filter(AnyOf(F("pk"), list(movie_ids)))

    def in_order(self, movie_ids: Sequence[int]) -> list[Movie]:
        """Return the movies with these ids, in this order, with the fields of tiles; unknown ids are left out."""
        tiles = self.with_genres().only(*Movie.ON_TILES)
        found = {movie.pk: movie for movie in tiles.with_ids(movie_ids)}
        return [found[movie_id] for movie_id in movie_ids if movie_id in found]

    def most_rated(self) -> MovieQuerySet:
        """Return rated movies, the most rated first."""
        return self.filter(rating_count__gt=0).order_by("-rating_count", "pk")

    def awaiting_metadata(self) -> MovieQuerySet:
        """Return the movies to look up in TMDB: never by their current id yet, or long ago; most rated first."""
        now = timezone.now()
        never = Q(metadata_tmdb_id=None) | ~Q(metadata_tmdb_id=F("tmdb_id"))
        still_unknown = Q(metadata_found=False, metadata_fetched_at__lt=now - Movie.UNKNOWN_FOR)
        stale = Q(metadata_found=True, metadata_fetched_at__lt=now - Movie.FRESH_FOR)
        return self.filter(never | still_unknown | stale, tmdb_id__gt=0).order_by("-rating_count", "pk")

    def with_titles_fetched_since(self, moment: datetime) -> MovieQuerySet:
        """Return the movies for which other titles have been fetched since a given time."""
        return self.filter(~Q(original_title="", tmdb_titles=[]), metadata_fetched_at__gt=moment)

    def recently_rated(self) -> MovieQuerySet:
        """Return the movies that somebody has rated on this site, the latest first."""
        return self.filter(last_rated_at__isnull=False).order_by("-last_rated_at", "pk")


class Movie(models.Model):
    """A movie; its primary key is the MovieLens id. Titles are written as usual: "The Matrix"."""

    UNKNOWN_FOR = timedelta(days=30)
    FRESH_FOR = timedelta(days=180)
    ON_TILES = ("title", "year", "imdb_id", "tmdb_id", "poster_path", "rating_count", "rating_mean")

    id = models.IntegerField(primary_key=True)
    title = models.CharField(max_length=512)
    alternative_titles = ArrayField(models.CharField(max_length=512), default=list, blank=True)
    year = models.SmallIntegerField(null=True, blank=True)
    genres = models.ManyToManyField(Genre, related_name="movies", blank=True)
    imdb_id = models.CharField(max_length=16, null=True, blank=True)  # noqa: DJ001 - unknown is not an empty id
    tmdb_id = models.IntegerField(null=True, blank=True)
    poster_path = models.CharField(max_length=64, blank=True, default="")
    overview = models.TextField(blank=True, default="", db_default="")
    original_title = models.CharField(max_length=512, blank=True, default="", db_default="")
    tmdb_titles = ArrayField(models.CharField(max_length=512), default=list, db_default=Value([]), blank=True)
    runtime_minutes = models.IntegerField(null=True, blank=True)
    metadata_tmdb_id = models.IntegerField(null=True, editable=False)  # the id that was looked up
    metadata_found = models.BooleanField(null=True, editable=False)
    metadata_fetched_at = models.DateTimeField(null=True, editable=False)
    rating_count = models.IntegerField(default=0, editable=False)
    rating_mean = models.FloatField(null=True, editable=False)
    rating_median = models.FloatField(null=True, editable=False)
    last_rated_at = models.DateTimeField(null=True, editable=False)  # by a user of this site; imports do not change it

    genre_names: list[str]  # only if the query used `with_genres`

    objects = MovieQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(rating_count__gte=0), name="movie_rating_count_not_negative"),
            models.CheckConstraint(
                condition=Q(
                    rating_count__gt=0,
                    rating_mean__isnull=False,
                    rating_mean__range=(0.5, 5),
                    rating_median__isnull=False,
                    rating_median__range=(0.5, 5),
                )
                | Q(rating_mean=None, rating_median=None, rating_count=0),
                name="movie_rating_statistics_belong_together",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="movie_title_not_empty"),
            models.CheckConstraint(
                condition=Q(runtime_minutes=None) | Q(runtime_minutes__gt=0), name="movie_runtime_positive"
            ),
            models.CheckConstraint(
                condition=Q(metadata_tmdb_id=None, metadata_found=None, metadata_fetched_at=None)
                | Q(metadata_tmdb_id__isnull=False, metadata_found__isnull=False, metadata_fetched_at__isnull=False),
                name="movie_metadata_state_belongs_together",
            ),
        )
        indexes = (
            models.Index(F("rating_count").desc(), "id", name="movie_most_rated"),
            models.Index(
                F("last_rated_at").desc(), "id", condition=Q(last_rated_at__isnull=False), name="movie_recently_rated"
            ),
            models.Index(fields=["imdb_id"], name="movie_imdb_id"),
            models.Index(fields=["tmdb_id"], name="movie_tmdb_id"),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.year})" if self.year else self.title

    def other_titles(self) -> tuple[str, ...]:
        """Return all other titles, those of the dataset and those of TMDB."""
        names = dict.fromkeys((*self.alternative_titles, self.original_title, *self.tmdb_titles))
        return tuple(name for name in names if name and name != self.title)
