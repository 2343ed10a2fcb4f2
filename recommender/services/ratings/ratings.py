"""Rate a movie and take a rating back."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Case, F, FloatField, Value, When
from django.db.models.functions import Greatest, Least
from django.utils import timezone

from recommender.models import Movie, Outcome, Rater, Rating
from recommender.services.experiments import outcomes
from recommender.services.ratings import marks

NOT_RATED = {"rating_count": 0, "rating_mean": None, "rating_median": None, "last_rated_at": None}


class InvalidRating(ValueError):
    """Stars outside the scale or off its grid."""


def half_stars_of(stars: float) -> int:
    """Return the half stars of a rating in stars; raise `InvalidRating` unless it is 0.5, 1.0 … 5.0."""
    half_stars = stars * 2
    if half_stars not in range(1, 11):
        raise InvalidRating(f"A rating is 0.5 to 5 stars in half steps, not {stars:g}.")
    return int(half_stars)


def rater_of(user: User) -> Rater:
    """Return the rater behind a user, made at the first need; no query for the user of a request, who has one read."""
    try:
        return user.rater
    except Rater.DoesNotExist:
        return Rater.objects.get_or_create(user=user)[0]


@transaction.atomic
def rate(*, rater: Rater, movie: Movie, half_stars: int) -> Rating:
    """Set a rater's rating of a movie; the movie's count and mean follow at once, and its mark goes."""
    before = _lock(rater, movie)
    rating, created = Rating.objects.update_or_create(
        rater=rater, movie=movie, defaults={"half_stars": half_stars, "rated_at": timezone.now()}
    )
    added = half_stars - (before.half_stars if before else 0)
    _count(movie, added=1 if created else 0, half_stars=added, last_rated_at=rating.rated_at)
    marks.remove_for_rating(rater=rater, movie=movie)
    outcomes.note_rating(rater=rater, movie=movie, half_stars=half_stars)
    return rating


@transaction.atomic
def remove(*, rater: Rater, movie: Movie) -> bool:
    """Take a rating back; return whether there was one."""
    rating = _lock(rater, movie)
    if rating is None:
        return False
    Rating.objects.filter(rater=rater, movie=movie).delete()
    _count(movie, added=-1, half_stars=-rating.half_stars)
    outcomes.take_back(rater=rater, movie=movie, kind=Outcome.Kind.RATING)
    return True


def _lock(rater: Rater, movie: Movie) -> Rating | None:
    Rater.objects.select_for_update().get(pk=rater.pk)  # two clicks of one rater queue up here
    return Rating.objects.filter(rater=rater, movie=movie).first()


def _count(movie: Movie, *, added: int, half_stars: int, **more: datetime) -> None:
    """Move the movie's count and mean; the median follows with the next import or training."""
    count = F("rating_count") + added
    total = Case(When(rating_count=0, then=Value(0.0)), default=F("rating_mean") * F("rating_count")) + half_stars / 2
    mean = Least(Greatest(total / (count), Value(0.5)), Value(5.0), output_field=FloatField())
    first = {"rating_count": 1, "rating_mean": half_stars / 2, "rating_median": half_stars / 2}
    movies = Movie.objects.filter(pk=movie.pk)
    if added == -1 and movies.filter(rating_count=1).update(**NOT_RATED):
        return
    if added == 1 and movies.filter(rating_count=0).update(**first, **more):
        return
    movies.update(rating_count=count, rating_mean=mean, **more)
