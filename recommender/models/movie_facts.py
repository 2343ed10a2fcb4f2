"""What TMDB knows of movies besides text: their collections, keywords, certifications, and where to watch them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, QuerySet

from recommender.models.movie import Movie

COUNTRY = r"^[A-Z]{2}$"


class Keyword(models.Model):
    """A keyword; the primary key is its id at TMDB."""

    id = models.IntegerField(primary_key=True)
    name = models.CharField(max_length=128)
    movies = models.ManyToManyField(Movie, through="MovieKeyword", related_name="keywords")

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(name=""), name="keyword_name_not_empty"),)

    def __str__(self) -> str:
        return self.name


class MovieKeyword(models.Model):
    """A keyword of a movie."""

    pk = models.CompositePrimaryKey("movie_id", "keyword_id")
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="+", db_index=False)
    keyword = models.ForeignKey(Keyword, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"keyword {self.keyword_id} of movie {self.movie_id}"


class Certification(models.Model):
    """From which age a country admits people to a movie, in its own words: "PG-13"."""

    pk = models.CompositePrimaryKey("movie_id", "country")
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="certifications", db_index=False)
    country = models.CharField(max_length=2)
    name = models.CharField(max_length=16)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(country__regex=COUNTRY), name="certification_country_is_a_code"),
            models.CheckConstraint(condition=~Q(name=""), name="certification_name_not_empty"),
        )

    def __str__(self) -> str:
        return f"{self.name} in {self.country}"


class Provider(models.Model):
    """A service that shows movies; the primary key is its id at TMDB."""

    id = models.IntegerField(primary_key=True)
    name = models.CharField(max_length=128)

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(name=""), name="provider_name_not_empty"),)

    def __str__(self) -> str:
        return self.name


class AvailabilityQuerySet(models.QuerySet["Availability"]):
    """Queries on where movies can be watched."""

    def of_movie(self, movie: Movie, country: str) -> QuerySet[Availability]:
        """Return who shows a movie in a country, those first that are listed first there."""
        return (
            self.filter(movie=movie, country=country).select_related("provider").order_by("kind", "place", "provider")
        )


class Availability(models.Model):
    """A provider that shows a movie in a country, how it is paid for, and its place in the country's list, from 0."""

    class Kind(models.IntegerChoices):
        STREAM = 1, "Stream"
        FREE = 2, "Free"
        ADS = 3, "With ads"
        RENT = 4, "Rent"
        BUY = 5, "Buy"

    pk = models.CompositePrimaryKey("movie_id", "country", "kind", "provider_id")
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="availability", db_index=False)
    country = models.CharField(max_length=2)
    kind = models.SmallIntegerField(choices=Kind)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+", db_index=False)
    place = models.SmallIntegerField()

    objects = AvailabilityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "availability"
        constraints = (
            models.CheckConstraint(condition=Q(country__regex=COUNTRY), name="availability_country_is_a_code"),
            models.CheckConstraint(condition=Q(kind__in=(1, 2, 3, 4, 5)), name="availability_kind_known"),
            models.CheckConstraint(condition=Q(place__gte=0), name="availability_place_not_negative"),
        )
        # By country first: "what is there on my services" reads one country's part of a provider.
        indexes = (models.Index(F("provider"), F("country"), F("movie"), name="availability_of_provider"),)

    def __str__(self) -> str:
        return f"movie {self.movie_id} at provider {self.provider_id} in {self.country}"
