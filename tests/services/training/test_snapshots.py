"""A snapshot knows the series of the title index in service."""

from types import SimpleNamespace

import pytest

from recommender.services.training import snapshots
from recommender.services.versions import serving
from tests.support.sample_site import store_movies

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_numbers_the_series_of_the_title_index(monkeypatch: pytest.MonkeyPatch) -> None:
    store_movies()
    monkeypatch.setattr(serving, "title_index", lambda: SimpleNamespace(series=((31, 11), (41, 999_999, 21))))
    data = snapshots.current()
    assert data.movies.series is not None
    of_movie = dict(zip(data.movies.movie_ids.tolist(), data.movies.series.tolist(), strict=True))
    assert [of_movie[movie] for movie in (1, 11, 21, 31, 41, 51)] == [-1, 0, 1, 0, 1, -1]


def test_without_a_title_index_no_movie_is_of_a_series() -> None:
    store_movies()
    series = snapshots.current().movies.series
    assert series is not None
    assert (series == -1).all()
    assert series.size
