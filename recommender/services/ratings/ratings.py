"""Rate a movie, or remove a rating."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from recommender.models import Movie, Outcome, Rater, Rating
from recommender.services import metrics
from recommender.services.experiments import outcomes
from recommender.services.ratings import marks, movie_statistics
from recommender.services.ratings.movie_statistics import CountChange


class InvalidRating(ValueError):
    """Stars that are not 0.5, 1.0 … 5.0."""


def half_stars_of(stars: float) -> int:
    """Return the half stars of a rating in stars; raise `InvalidRating` unless it is 0.5, 1.0 … 5.0."""
    half_stars = stars * 2
    if half_stars not in range(1, 11):
        raise InvalidRating(f"A rating is 0.5 to 5 stars in half steps, not {stars:g}.")
    return int(half_stars)


def rater_of(user: User) -> Rater:
    """Return a user's rater, creating it if there is none yet; no query for the user of a request."""
    try:
        return user.rater
    except Rater.DoesNotExist:
        return Rater.objects.get_or_create(user=user)[0]


@transaction.atomic
def rate(*, rater: Rater, movie: Movie, half_stars: int) -> Rating:
    """Set a rater's rating of a movie, update the movie's count and mean, and remove the rater's mark on it."""
    before = _lock(rater, movie)
    rating, created = Rating.objects.update_or_create(
        rater=rater, movie=movie, defaults={"half_stars": half_stars, "rated_at": timezone.now()}
    )
    added = half_stars - (before.half_stars if before else 0)
    _count(movie, added=1 if created else 0, half_stars=added, rated_at=rating.rated_at)
    marks.remove_for_rating(rater=rater, movie=movie)
    outcomes.note_rating(rater=rater, movie=movie, half_stars=half_stars)
    transaction.on_commit(metrics.RATING_SET.inc)
    return rating


@transaction.atomic
def remove(*, rater: Rater, movie: Movie) -> bool:
    """Remove a rating; return whether there was one."""
    rating = _lock(rater, movie)
    if rating is None:
        return False
    Rating.objects.filter(rater=rater, movie=movie).delete()
    _count(movie, added=-1, half_stars=-rating.half_stars)
    outcomes.take_back(rater=rater, movie=movie, kind=Outcome.Kind.RATING)
    transaction.on_commit(metrics.RATING_REMOVED.inc)
    return True


def _lock(rater: Rater, movie: Movie) -> Rating | None:
    Rater.objects.select_for_update().get(pk=rater.pk)  # two clicks by one rater wait for each other here
    return Rating.objects.filter(rater=rater, movie=movie).first()


def _count(movie: Movie, *, added: int, half_stars: int, rated_at: datetime | None = None) -> None:
    with connection.cursor() as cursor:
        movie_statistics.move(cursor, [CountChange(movie.pk, added, half_stars)], rated_at=rated_at)
