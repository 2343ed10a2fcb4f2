"""How a rater rates: a histogram, means by decade and genre, and a comparison with everybody else."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import Corr
from django.db.models import Avg, Count, F, FloatField, Q, QuerySet
from django.db.models.functions import Cast, NullIf

from recommender.models import Rater, Rating

MINIMUM_CORRELATED = 3
RATED_BY_OTHERS = Q(movie__rating_count__gt=1)
# The mean of a movie includes my own rating. NULLIF because the planner may divide before it filters.
OTHERS_MEAN = (F("movie__rating_mean") * F("movie__rating_count") - F("half_stars") / 2.0) / NullIf(
    F("movie__rating_count") - 1, 0
)


@dataclass(frozen=True, slots=True)
class Part:
    """The ratings of one decade or genre: how many, my mean, and the mean of everybody else for the same movies."""

    name: str
    count: int
    mean: float
    others_mean: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a rater agrees with everybody else on the movies that others have rated too.

    `mean_difference` is my stars minus theirs; `correlation` is Pearson's, None for fewer than three movies or if all
    ratings of one side are the same. Every page that says how generous the rater is shows `sentence`; "" if nobody
    else has rated any of these movies.
    """

    n_movies: int
    mean_difference: float | None
    correlation: float | None

    @property
    def sentence(self) -> str:
        """How generous the rater is: "You give 0.3 stars less than everyone else, across 20 movies …"."""
        if self.mean_difference is None:
            return ""
        size = f"{abs(self.mean_difference):.1f}"
        more_or_less = "more" if self.mean_difference > 0 else "less"
        generosity = (
            "You rate as generously as everyone else"
            if size == "0.0"
            else f"You give {size} stars {more_or_less} than everyone else"
        )
        movies = "1 movie" if self.n_movies == 1 else f"{self.n_movies:,} movies"
        return f"{generosity}, across {movies} that others rated too."


@dataclass(frozen=True, slots=True)
class Statistics:
    """`histogram` counts ratings of 1 … 10 half stars; the latest decade and the most rated genre come first."""

    count: int
    mean: float | None
    histogram: list[int]
    decades: list[Part]
    genres: list[Part]
    agreement: Agreement


def statistics_of(*, rater: Rater) -> Statistics:
    """Return a rater's statistics in four queries."""
    mine = Rating.objects.filter(rater=rater)
    counts = dict(mine.values_list("half_stars").annotate(Count("movie_id")).order_by("half_stars"))
    histogram = [counts.get(half_stars, 0) for half_stars in range(1, 11)]
    count = sum(histogram)
    total = sum(half_stars * n for half_stars, n in enumerate(histogram, start=1))
    decades = mine.filter(movie__year__isnull=False).values(part=F("movie__year") / 10 * 10)
    genres = mine.filter(movie__genres__isnull=False).values(part=F("movie__genres__name"))
    return Statistics(
        count=count,
        mean=total / count / 2 if count else None,
        histogram=histogram,
        decades=_parts(decades, "-part"),
        genres=_parts(genres, "-n", "part"),
        agreement=agreement_of(rater=rater),
    )


def _parts(grouped: QuerySet[Rating, Any], *order: str) -> list[Part]:
    rows = grouped.annotate(
        n=Count("movie_id"),
        mean=Avg("half_stars") / 2.0,
        others=Avg(OTHERS_MEAN, filter=RATED_BY_OTHERS, output_field=FloatField()),
    )
    return [Part(str(row["part"]), row["n"], row["mean"], row["others"]) for row in rows.order_by(*order)]


def agreement_of(*, rater: Rater) -> Agreement:
    """Return how far a rater agrees with everybody else, in one query."""
    found = Rating.objects.filter(RATED_BY_OTHERS, rater=rater).aggregate(
        n=Count("movie_id"),
        difference=Avg(F("half_stars") / 2.0 - OTHERS_MEAN, output_field=FloatField()),
        correlation=Corr(Cast("half_stars", FloatField()), OTHERS_MEAN),
    )
    enough = found["n"] >= MINIMUM_CORRELATED
    return Agreement(found["n"], found["difference"], found["correlation"] if enough else None)
