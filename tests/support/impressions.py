"""Impressions as the API records them."""

from recommender.models import Rater
from recommender.services.experiments import impressions
from recommender.services.lists.recommendations import Recommendations


def record_list(rater: Rater, listed: Recommendations, *, first_place: int) -> None:
    """Record that a list was shown."""
    impressions.record(
        rater=rater,
        algorithm=listed.algorithm,
        first_place=first_place,
        movie_ids=[each.movie.pk for each in listed.results],
        experiment_id=listed.experiment_id,
        teams=listed.teams,
    )
