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


class Collection(models.Model):
    """The movies that TMDB counts as one series; the primary key is its id at TMDB."""

    id = models.IntegerField(primary_key=True)
    name = models.CharField(max_length=255)

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(name=""), name="collection_name_not_empty"),)

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
        return self.originals().filter(rating_count__gt=0).order_by("-rating_count", "pk")

    def originals(self) -> MovieQuerySet:
        """Return the movies without those that the catalogue has twice."""
        return self.filter(duplicate_of=None)

    def original_ids(self) -> dict[int, int]:
        """Return, by the id of every movie that the catalogue has twice, the id of the one that stands for both."""
        return dict(self.filter(duplicate_of__isnull=False).values_list("pk", "duplicate_of_id"))

    def awaiting_metadata(self) -> MovieQuerySet:
        """Return the movies to look up in TMDB: never by this id, long ago, or for fewer facts; most rated first."""
        now = timezone.now()
        never = Q(metadata_tmdb_id=None) | ~Q(metadata_tmdb_id=F("tmdb_id"))
        still_unknown = Q(metadata_found=False, metadata_fetched_at__lt=now - Movie.UNKNOWN_FOR)
        stale = Q(metadata_found=True, metadata_fetched_at__lt=now - Movie.FRESH_FOR)
        lacks_facts = Q(metadata_found=True, metadata_format__lt=Movie.METADATA_FORMAT)
        return self.filter(never | still_unknown | stale | lacks_facts, tmdb_id__gt=0).order_by("-rating_count", "pk")

    def ask_again(self, tmdb_ids: Iterable[int], *, fetched_before: datetime) -> int:
        """Let movies await metadata again unless it has been fetched since; return how many."""
        known = self.filter(AnyOf(F("tmdb_id"), list(tmdb_ids)), metadata_found=True)
        return known.filter(metadata_fetched_at__lt=fetched_before).update(metadata_format=0)

    def with_facts_fetched_since(self, moment: datetime) -> MovieQuerySet:
        """Return the movies of which TMDB has told something since a given time."""
        return self.filter(metadata_found=True, metadata_fetched_at__gt=moment)

    def recently_rated(self) -> MovieQuerySet:
        """Return the movies that somebody has rated on this site lately, the latest first."""
        since = timezone.now() - Movie.RATED_LATELY
        return self.originals().filter(last_rated_at__gte=since).order_by("-last_rated_at", "pk")


class Movie(models.Model):
    """A movie; its primary key is the MovieLens id, or one from `FIRST_OTHER_ID` on if MovieLens does not have it.

    Titles are written as usual: "The Matrix".
    """

    FIRST_OTHER_ID = 1_000_000_000  # a movie that only IMDb has gets this plus the number of its IMDb id
    UNKNOWN_FOR = timedelta(days=30)
    FRESH_FOR = timedelta(days=180)
    RATED_LATELY = timedelta(days=30)
    METADATA_FORMAT = 2  # add one when more is fetched: movies with a lower number are asked about again
    TITLES = ("title", "alternative_titles", "original_title", "tmdb_titles", "imdb_titles")
    ON_TILES = ("title", "year", "runtime_minutes", "imdb_id", "tmdb_id", "poster_path", "rating_count", "rating_mean")

    id = models.IntegerField(primary_key=True)
    title = models.CharField(max_length=512)
    alternative_titles = ArrayField(models.CharField(max_length=512), default=list, blank=True)
    year = models.SmallIntegerField(null=True, blank=True)
    released_on = models.DateField(null=True, blank=True)  # the first day anywhere, as TMDB knows it; may be ahead
    genres = models.ManyToManyField(Genre, related_name="movies", blank=True)
    imdb_id = models.CharField(max_length=16, null=True, blank=True)  # noqa: DJ001 - unknown is not an empty id
    tmdb_id = models.IntegerField(null=True, blank=True)
    # The same film with a lower id, which stands for both wherever people meet it (services/catalogue/duplicates.py).
    duplicate_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, editable=False, db_index=False)
    poster_path = models.CharField(max_length=64, blank=True, default="")
    overview = models.TextField(blank=True, default="", db_default="")
    original_title = models.CharField(max_length=512, blank=True, default="", db_default="")
    tmdb_titles = ArrayField(models.CharField(max_length=512), default=list, db_default=Value([]), blank=True)
    runtime_minutes = models.IntegerField(null=True, blank=True)
    tagline = models.CharField(max_length=512, blank=True, default="", db_default="")
    original_language = models.CharField(max_length=2, blank=True, default="", db_default="")
    spoken_languages = ArrayField(models.CharField(max_length=2), default=list, db_default=Value([]), blank=True)
    countries = ArrayField(models.CharField(max_length=2), default=list, db_default=Value([]), blank=True)
    trailer = models.CharField(max_length=16, blank=True, default="", db_default="")  # its key at YouTube
    backdrop_path = models.CharField(max_length=64, blank=True, default="", db_default="")
    collection = models.ForeignKey(
        Collection, on_delete=models.SET_NULL, null=True, blank=True, related_name="movies", db_index=False
    )
    imdb_titles = ArrayField(models.CharField(max_length=512), default=list, db_default=Value([]), blank=True)
    imdb_votes = models.IntegerField(null=True, editable=False)
    imdb_mean = models.FloatField(null=True, editable=False)  # of 10
    metadata_tmdb_id = models.IntegerField(null=True, editable=False)  # the id that was looked up
    metadata_found = models.BooleanField(null=True, editable=False)
    metadata_fetched_at = models.DateTimeField(null=True, editable=False)
    metadata_format = models.SmallIntegerField(default=0, db_default=0, editable=False)
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
                condition=Q(duplicate_of=None) | Q(duplicate_of__lt=F("pk")), name="movie_duplicate_of_a_lower_id"
            ),
            models.CheckConstraint(
                condition=Q(runtime_minutes=None) | Q(runtime_minutes__gt=0), name="movie_runtime_positive"
            ),
            models.CheckConstraint(condition=Q(trailer__regex=r"^[A-Za-z0-9_-]*$"), name="movie_trailer_is_a_key"),
            models.CheckConstraint(
                condition=Q(imdb_votes=None, imdb_mean=None)
                | Q(imdb_votes__gt=0, imdb_mean__isnull=False, imdb_mean__range=(1, 10)),
                name="movie_imdb_votes_and_mean_belong_together",
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
            models.Index(fields=["duplicate_of"], condition=Q(duplicate_of__isnull=False), name="movie_duplicate_of"),
            models.Index(fields=["collection"], condition=Q(collection__isnull=False), name="movie_collection"),
            models.Index(fields=["imdb_id"], name="movie_imdb_id"),
            models.Index(fields=["tmdb_id"], name="movie_tmdb_id"),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.year})" if self.year else self.title

    def other_titles(self) -> tuple[str, ...]:
        """Return all other titles: those of the dataset, of TMDB and of IMDb."""
        names = (*self.alternative_titles, self.original_title, *self.tmdb_titles, *self.imdb_titles)
        return tuple(name for name in dict.fromkeys(names) if name and name != self.title)
