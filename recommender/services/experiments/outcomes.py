"""Record what a rater does with a movie after a list showed it to them, if they have consented."""

from datetime import timedelta

from django.utils import timezone

from recommender.models import Impression, Movie, Outcome, Rater

CREDIT_WINDOW = timedelta(days=3)
"""How long after an impression a rating or watchlist entry counts as its outcome."""


def note_rating(*, rater: Rater, movie: Movie, half_stars: int) -> None:
    """Record a rating; a second one replaces the first."""
    _note(rater, movie, Outcome.Kind.RATING, half_stars)


def note_watchlist(*, rater: Rater, movie: Movie) -> None:
    """Record that a movie was put on the watchlist."""
    _note(rater, movie, Outcome.Kind.WATCHLIST, None)


def take_back(*, rater: Rater, movie: Movie, kind: Outcome.Kind) -> None:
    """Delete a recorded outcome when the user undoes it within the window."""
    if rater.shares_impressions:
        since = timezone.now() - CREDIT_WINDOW
        noted = Outcome.objects.filter(movie=movie, kind=kind, impression__rater=rater, impression__shown_at__gte=since)
        noted.delete()


def _note(rater: Rater, movie: Movie, kind: Outcome.Kind, half_stars: int | None) -> None:
    shown = _shown(rater, movie)
    if shown is None:
        return
    take_back(rater=rater, movie=movie, kind=kind)  # an earlier list may have been credited
    team = shown.teams[shown.movie_ids.index(movie.pk)] if shown.teams else 0
    Outcome.objects.create(
        impression=shown, movie=movie, kind=kind, half_stars=half_stars, team=team, happened_at=timezone.now()
    )


def _shown(rater: Rater, movie: Movie) -> Impression | None:
    if not rater.shares_impressions:
        return None
    return Impression.objects.latest_of_movie(rater, movie, since=timezone.now() - CREDIT_WINDOW)
