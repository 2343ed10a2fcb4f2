"""Importing a watchlist and other marks."""

import pytest

from recommender.models import Mark, Movie, Rater
from recommender.services.imports import ratings_writer
from recommender.services.ratings import marks, ratings
from tests.support import rating_exports as files
from tests.support.imports import imported

pytestmark = pytest.mark.django_db


def test_importing_a_watchlist_can_be_undone(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    rating_import = imported(alice_rater, files.LETTERBOXD_WATCHLIST, "keep")
    (mark,) = Mark.objects.all()
    assert (mark.rater_id, mark.movie_id, mark.kind) == (alice_rater.pk, movies["Alien"].pk, Mark.Kind.WATCHLIST)
    assert mark.marked_at.date().isoformat() == "2023-01-15"
    again = imported(alice_rater, files.LETTERBOXD_WATCHLIST, "keep")
    assert [row.outcome for row in again.rows.all()] == ["same"]
    ratings_writer.undo(rating_import=again)
    assert Mark.objects.exists()
    ratings_writer.undo(rating_import=rating_import)
    assert not Mark.objects.exists()


def test_importing_a_watchlist_keeps_ratings_and_hidden_movies(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    marks.put(rater=alice_rater, movie=movies["Alien"], kind=Mark.Kind.HIDDEN)
    ratings_writer.undo(rating_import=imported(alice_rater, files.LETTERBOXD_WATCHLIST, "replace"))
    assert [mark.kind for mark in Mark.objects.all()] == [Mark.Kind.HIDDEN]
    ratings.rate(rater=alice_rater, movie=movies["Alien"], half_stars=9)
    rating_import = imported(alice_rater, files.LETTERBOXD_WATCHLIST, "replace")
    assert [row.outcome for row in rating_import.rows.all()] == ["kept"]
    assert not Mark.objects.exists()
