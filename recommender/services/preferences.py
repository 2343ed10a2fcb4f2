"""The algorithm someone has chosen for their lists."""

from recommender.models import Preferences, Rater, Rating
from recommender.services import profiles, serving


def algorithm_of(rater: Rater) -> str | None:
    """Return the algorithm a rater has chosen; None without a choice, or while it has no version in service."""
    chosen = Preferences.objects.filter(rater=rater).values_list("algorithm", flat=True).first()
    return chosen if chosen in serving.active_algorithms() else None


def choose_algorithm(*, rater: Rater, algorithm: str | None) -> None:
    """Let an algorithm make a rater's lists from now on, on every device; None leaves the choice to the site.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm has no version in service.
    TooFewRatings
        If the rater has fewer ratings than it needs: nobody chooses an empty list.
    """
    if algorithm is not None:
        profiles.served(algorithm).require(Rating.objects.filter(rater=rater).count())
    Preferences.objects.update_or_create(rater=rater, defaults={"algorithm": algorithm or ""})
