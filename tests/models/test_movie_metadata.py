"""Invariants of what TMDB tells of movies."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from recommender.models import Movie
from tests.support.factories import make_movie

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("movie_runtime_positive", {"runtime_minutes": 0}),
        ("movie_metadata_state_belongs_together", {"metadata_found": True}),
        ("movie_metadata_state_belongs_together", {"metadata_fetched_at": timezone.now(), "metadata_tmdb_id": 1}),
    ],
)
def test_it_rejects_a_state_that_cannot_be(constraint: str, fields: dict[str, object]) -> None:
    make_movie()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Movie.objects.update(**fields)


def test_it_names_each_other_title_once() -> None:
    movie = make_movie(alternative_titles=["Allien"], original_title="Alien", tmdb_titles=["Allien", "Obcy"])
    assert movie.other_titles() == ("Allien", "Obcy")
