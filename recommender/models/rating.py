"""Ratings in half stars."""

from __future__ import annotations

import unicodedata

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Count, F, Func, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Concat, Lower

from recommender.models.movie import Movie
from recommender.models.rater import Rater


class WithoutAccents(Func):
    """Text without accents, by PostgreSQL's own functions: é becomes e."""

    template = r"regexp_replace(normalize(%(expressions)s, NFD), '[\u0300-\u036F]', '', 'g')"
    output_field = TextField()


class JoinedTexts(Func):
    """The texts of an array, joined by spaces."""

    template = "array_to_string(%(expressions)s, ' ')"
    output_field = TextField()


class RatingQuerySet(models.QuerySet["Rating"]):
    """Queries on ratings."""

    def of(self, rater: Rater) -> RatingQuerySet:
        """Return the ratings of one rater, the newest first."""
        return self.filter(rater=rater).order_by("-rated_at", "movie_id")

    def latest_of_movie(self, user: User) -> RatingQuerySet:
        """Return a user's rating of the movie around this subquery if nobody has rated it later on this site."""
        latest = {"movie": OuterRef("pk"), "rated_at__gte": OuterRef("last_rated_at")}
        return self.filter(rater__user_id=user.pk, **latest)

    def page(
        self, *, limit: int, rater: Rater | None = None, movie: int | None = None, after: tuple[int, int] | None = None
    ) -> RatingQuerySet:
        """Return a page of ratings with rater and movie, starting after the rating with these ids of rater and movie.

        One rater's are ordered newest first, all others by rater, the newest raters first: indexes provide both orders.
        """
        rows = self.select_related("rater__user", "movie")
        if movie is not None:
            rows = rows.filter(movie_id=movie)
        if rater is not None and movie is None:
            rows = rows.of(rater)
            last = self.filter(pk=after).first() if after else None
            if last is not None:
                older = Q(rated_at__lt=last.rated_at) | Q(rated_at=last.rated_at, movie_id__gt=last.movie_id)
                rows = rows.filter(older, rated_at__lte=last.rated_at)  # the latter lets the index start there
            return rows[:limit]
        if rater is not None:
            rows = rows.filter(rater=rater)
        if after is not None:
            rows = rows.filter(pk__lt=after)
        return rows.order_by("-rater_id", "-movie_id")[:limit]

    def titled_like(self, query: str) -> RatingQuerySet:
        """Return the ratings of movies with every word of the query in a title or as the year, ignoring accents."""
        if not query.strip():
            return self
        blank, year = Value(" ", TextField()), Cast("movie__year", TextField())
        others = JoinedTexts("movie__alternative_titles")
        title = Concat("movie__title", blank, others, blank, year, output_field=TextField())
        found = self.alias(titles=Lower(WithoutAccents(title)))
        for word in query.split():
            plain = "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))
            found = found.filter(titles__contains=plain)
        return found

    def half_stars_by_movie(self, rater: Rater) -> dict[int, int]:
        """Return a rater's half stars by movie id."""
        return dict(self.filter(rater=rater).order_by("movie_id").values_list("movie_id", "half_stars"))

    def count_by_half_stars(self, movie: Movie) -> dict[int, int]:
        """Return the number of a movie's ratings by half stars (an index alone can answer this)."""
        steps = self.filter(movie=movie).order_by("half_stars").values_list("half_stars")
        return dict(steps.annotate(n_ratings=Count("*")))


class Rating(models.Model):
    """One rater's rating of one movie, 1..10 half stars."""

    pk = models.CompositePrimaryKey("rater_id", "movie_id")
    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="ratings", db_index=False)
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="ratings", db_index=False)
    half_stars = models.SmallIntegerField()
    rated_at = models.DateTimeField()

    objects = RatingQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(half_stars__range=(1, 10)), name="rating_half_stars_1_to_10"),
        )
        indexes = (
            models.Index(F("movie"), F("half_stars"), name="rating_by_movie"),
            models.Index(F("rater"), F("rated_at").desc(), name="rating_newest_of_rater"),
        )

    def __str__(self) -> str:
        return f"{self.half_stars / 2} stars for movie {self.movie_id}"

    @property
    def stars(self) -> float:
        """Return the rating in stars, 0.5..5."""
        return self.half_stars / 2
