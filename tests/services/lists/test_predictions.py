"""How the templates write a predicted rating; tests/browser/lists/test_explanations.py tests the same of the pages."""

import pytest

from recommender.models import Movie
from recommender.services.lists.rows import Recommendation
from recommender.templatetags.predictions import prediction


@pytest.mark.parametrize(
    ("stars", "interval", "written"),
    [
        (4.2, (3.8, 4.6), "4.2 ± 0.4"),
        (4.83, (3.9, 5.0), "4.8 ± 0.9"),
        (5.0, (4.15, 5.0), "5.0 ± 0.9"),
        (0.7, (0.5, 2.1), "0.7 ± 1.4"),
        (3.0, None, "3.0"),
    ],
)
def test_an_interval_is_written_with_its_longer_side(
    stars: float, interval: tuple[float, float] | None, written: str
) -> None:
    assert prediction(Recommendation(Movie(pk=1, title="Alien"), stars, interval, [], "")) == written
