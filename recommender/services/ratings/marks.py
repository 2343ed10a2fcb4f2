"""Put movies on the watchlist or hide them, and take that back."""

from django.db import transaction
from django.utils import timezone

from recommender.models import Mark, Movie, Outcome, Rater
from recommender.services.experiments import outcomes


@transaction.atomic
def put(*, rater: Rater, movie: Movie, kind: Mark.Kind) -> Mark:
    """Give a movie a mark; it takes the place of the other kind. The same mark again changes nothing."""
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
    """Take a mark of this kind off a movie; return whether there was one."""
    n_removed, _ = Mark.objects.filter(rater=rater, movie=movie, kind=kind).delete()
    if kind == Mark.Kind.WATCHLIST:
        outcomes.take_back(rater=rater, movie=movie, kind=Outcome.Kind.WATCHLIST)
    return n_removed > 0


def remove_for_rating(*, rater: Rater, movie: Movie) -> None:
    """Take whatever mark a movie has off it: a rating says more."""
    Mark.objects.filter(rater=rater, movie=movie).delete()
