"""The people who made the movies, and what each did in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import F, Q

from recommender.models.movie import Movie
from recommender.models.postgres import AnyOf

WORDS = SearchVector("folded_name", config="simple")


class PersonQuerySet(models.QuerySet["Person"]):
    """Queries on people."""

    def named_like(self, words: list[str]) -> PersonQuerySet:
        """Return the people with all these words in their name, the last as the beginning of one; best known first."""
        return self._matching(" & ".join((*words[:-1], f"{words[-1]}:*")))

    def with_phrases(self, phrases: Sequence[Sequence[str]]) -> PersonQuerySet:
        """Return the people in whose name one of these phrases stands, the best known first."""
        return self._matching(" | ".join(f"({' <-> '.join(phrase)})" for phrase in phrases))

    def _matching(self, query: str) -> PersonQuerySet:
        found = self.annotate(words=WORDS).filter(words=SearchQuery(query, config="simple", search_type="raw"))
        return found.order_by("-n_votes", "pk")


class Person(models.Model):
    """A person of the credits, whom IMDb or TMDB names; `imdb_id` is the number of "nm0000206"."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=255)
    folded_name = models.CharField(max_length=512)  # in lower case and Latin letters, to be searched
    imdb_id = models.IntegerField(unique=True, null=True, blank=True)
    tmdb_id = models.IntegerField(unique=True, null=True, blank=True)
    born = models.SmallIntegerField(null=True, blank=True)
    n_votes = models.BigIntegerField(default=0)  # on all of their movies, to show the best known first

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "people"
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="person_name_not_empty"),
            models.CheckConstraint(condition=Q(n_votes__gte=0), name="person_votes_not_negative"),
        )
        indexes = (GinIndex(WORDS, name="person_words"),)

    def __str__(self) -> str:
        return self.name


class CreditQuerySet(models.QuerySet["Credit"]):
    """Queries on credits."""

    def of_movie(self, movie: Movie) -> CreditQuerySet:
        """Return the credits of a movie with their people: director, writers, cast, each in its order."""
        return self.filter(movie=movie).select_related("person").order_by("work", "place", "person_id")

    def of_people(self, people: Iterable[int], movie_ids: Sequence[int]) -> CreditQuerySet:
        """Return the credits that some people have in some movies."""
        return self.filter(AnyOf(F("person_id"), list(people)), AnyOf(F("movie_id"), movie_ids))

    def in_common(self, movie_ids: Sequence[int], other_ids: Sequence[int]) -> CreditQuerySet:
        """Return the credits of some movies whose people also made one of the others: `person__credits__movie`."""
        return self.filter(AnyOf(F("movie_id"), movie_ids), AnyOf(F("person__credits__movie_id"), other_ids))


class Credit(models.Model):
    """What a person did in a movie, and where in the credits they stand, from 0."""

    class Work(models.IntegerChoices):
        DIRECTOR = 1, "Director"
        WRITER = 2, "Writer"
        CAST = 3, "Cast"

    pk = models.CompositePrimaryKey("movie_id", "work", "person_id")
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="credits", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="credits")
    work = models.SmallIntegerField(choices=Work)
    place = models.SmallIntegerField()

    objects = CreditQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(work__in=(1, 2, 3)), name="credit_work_known"),
            models.CheckConstraint(condition=Q(place__gte=0), name="credit_place_not_negative"),
        )

    def __str__(self) -> str:
        return f"person {self.person_id} as {self.get_work_display().lower()} of movie {self.movie_id}"
