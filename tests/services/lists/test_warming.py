"""A process loads ahead what its first requests need."""

import logging
import threading
from typing import Any

import pytest
from django.db import DatabaseError

from recommender.services.lists import movie_arrays, onboarding, served_model, warming
from recommender.services.versions import serving
from tests.support.processes import PATIENCE


@pytest.mark.usefixtures("site_data")
def test_nothing_is_left_to_load_for_the_first_requests(django_assert_num_queries: Any) -> None:
    warming.warm_up()
    model = served_model.served().model
    with django_assert_num_queries(0):
        assert onboarding.groups_of(model)
        assert movie_arrays.of(model).years.any()
        assert serving.title_index() is not None
        assert serving.neighbours() is not None


@pytest.mark.django_db
def test_an_empty_site_has_nothing_to_load() -> None:
    warming.warm_up()
    assert served_model.best_in_service() is None


def test_a_site_without_a_database_says_so_and_serves(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away() -> None:
        raise DatabaseError("the database is away")

    monkeypatch.setattr(serving, "title_index", away)
    with caplog.at_level(logging.WARNING):
        thread = warming.in_background()
        thread.join(timeout=PATIENCE)
    assert "The first requests may be slow" in caplog.text
    assert thread not in threading.enumerate()
