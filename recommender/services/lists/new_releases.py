"""A row of the newest movies that a rater may like."""

from dataclasses import dataclass

from django.utils import timezone

from recommender.models import Rater
from recommender.services.lists import movie_arrays, served_model
from recommender.services.lists.dials import NEW_ONLY, Dials
from recommender.services.lists.recommendations import Recommendations, make_list
from recommender.services.lists.steps import said_by

OF_ONE_YEAR = Dials(newness=NEW_ONLY, new_years=1)


@dataclass(frozen=True, slots=True)
class NewReleases:
    """The movies of the catalogue's newest year that a rater may like, and a heading that says which year it is."""

    year: int
    heading: str
    listed: Recommendations


def row_of(*, rater: Rater, limit: int) -> NewReleases:
    """Return the best movies of the catalogue's newest year; none if nothing of it may please.

    Raises
    ------
    UnknownAlgorithm
        If no model is in service.
    TooFewRatings
        If the rater has fewer ratings than their algorithm needs.
    """
    served = served_model.for_rater(rater)
    year = movie_arrays.of(served.model).newest_year
    heading = "New this year" if year == timezone.now().year else f"The newest here, of {year}"
    return NewReleases(year, heading, make_list(served, said_by(rater), OF_ONE_YEAR, limit=limit))
