"""Put movies on the watchlist, mark them as seen or hide them, and undo that."""

from django.db import transaction
from django.utils import timezone

from recommender.models import Mark, Movie, Outcome, Rater, Rating
from recommender.services.experiments import outcomes


class AlreadyRated(Exception):
    """A movie with a rating needs no mark that says it was seen."""


@transaction.atomic
def put(*, rater: Rater, movie: Movie, kind: Mark.Kind) -> Mark:
    """Mark a movie; the mark replaces one of another kind. The same mark again changes nothing.

    Raises
    ------
    AlreadyRated
        If a movie that the rater has rated is to be marked as seen.
    """
    _lock(rater)
    if kind == Mark.Kind.SEEN and Rating.objects.filter(rater=rater, movie=movie).exists():
        raise AlreadyRated(f"You have rated {movie.title}, so it counts as seen.")
    mark, created = Mark.objects.get_or_create(
        rater=rater, movie=movie, defaults={"kind": kind, "marked_at": timezone.now()}
    )
    if not created and mark.kind == kind:
        return mark
    if not created:
        mark.kind, mark.marked_at = kind, timezone.now()
        mark.save(update_fields=["kind", "marked_at"])
    if kind == Mark.Kind.WATCHLIST:
        outcomes.note_watchlist(rater=rater, movie=movie)
    elif not created:
        outcomes.take_back(rater=rater, movie=movie, kind=Outcome.Kind.WATCHLIST)
    return mark


@transaction.atomic
def remove(*, rater: Rater, movie: Movie, kind: Mark.Kind) -> bool:
    """Remove a mark of this kind from a movie; return whether there was one."""
    _lock(rater)
    n_removed, _ = Mark.objects.filter(rater=rater, movie=movie, kind=kind).delete()
    if kind == Mark.Kind.WATCHLIST:
        outcomes.take_back(rater=rater, movie=movie, kind=Outcome.Kind.WATCHLIST)
    return n_removed > 0


def remove_for_rating(*, rater: Rater, movie: Movie) -> None:
    """Remove any mark from a movie that the rater has now rated."""
    Mark.objects.filter(rater=rater, movie=movie).delete()


def _lock(rater: Rater) -> None:
    Rater.objects.select_for_update().get(pk=rater.pk)  # two clicks by one rater wait for each other here
