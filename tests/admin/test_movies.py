"""Movies that staff correct are found by what they are called now."""

import pytest

from recommender.models import Job, Movie
from tests.admin.conftest import root
from tests.support.factories import make_movie

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("title", "n_jobs"), [("Alien: Director's Cut", 1), ("Alien", 0)])
def test_a_changed_movie_rebuilds_the_title_index(title: str, n_jobs: int) -> None:
    movie = make_movie(7, "Alien", 1979)
    genres = [genre.pk for genre in movie.genres.all()]
    fields = {"title": title, "year": 1979, "genres": genres, "imdb_id": "", "tmdb_id": "", "original_title": ""}
    more = {"alternative_titles": "", "tmdb_titles": "", "runtime_minutes": "", "poster_path": "", "overview": ""}
    answer = root().post("/admin/recommender/movie/7/change/", fields | more)
    assert answer.status_code == 302, answer.content.decode()
    assert Movie.objects.get(pk=7).title == title
    assert Job.objects.filter(kind=Job.Kind.TITLE_INDEX).count() == n_jobs
