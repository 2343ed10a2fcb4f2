"""Put movies on the watchlist or hide them, and undo that."""

from django.db import transaction
from django.utils import timezone

from recommender.models import Mark, Movie, Outcome, Rater
from recommender.services.experiments import outcomes


@transaction.atomic
def put(*, rater: Rater, movie: Movie, kind: Mark.Kind) -> Mark:
    """Mark a movie; the mark replaces one of the other kind. The same mark again changes nothing."""
    mark, created = Mark.objects.select_for_update().get_or_create(
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
    n_removed, _ = Mark.objects.filter(rater=rater, movie=movie, kind=kind).delete()
    if kind == Mark.Kind.WATCHLIST:
        outcomes.take_back(rater=rater, movie=movie, kind=Outcome.Kind.WATCHLIST)
    return n_removed > 0


def remove_for_rating(*, rater: Rater, movie: Movie) -> None:
    """Remove any mark from a movie that the rater has now rated."""
    Mark.objects.filter(rater=rater, movie=movie).delete()
