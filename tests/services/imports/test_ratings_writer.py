"""Applying an import of ratings, and undoing it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recommender.models import Movie, Rater, Rating
from recommender.services.catalogue import title_search
from recommender.services.imports import ratings_writer, review
from recommender.services.ratings import ratings
from recommender.services.versions import serving
from tests.support import rating_exports as files
from tests.support.factories import LONG_AGO, make_movie
from tests.support.imports import imported, mine, preview, statistics

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["letterboxd", "imdb", "movielens_org", "movielens"])
def test_it_matches_the_exports_of_every_site(alice_rater: Rater, movies: dict[str, Movie], name: str) -> None:
    rating_import = preview(alice_rater, files.ALL[name])
    assert review.figures(rating_import=rating_import).matches == {"matched": rating_import.rows.count()}
    assert mine(alice_rater) == {}
    ratings_writer.apply(rating_import=rating_import, existing="keep")
    assert mine(alice_rater).items() >= {1214: 9}.items()
    assert 293 in mine(alice_rater)


def test_ratings_get_the_date_in_the_file(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    imported(alice_rater, files.LETTERBOXD)
    assert Rating.objects.get(rater=alice_rater, movie=1214).rated_at == datetime(2023, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(("existing", "half_stars", "outcome"), [("keep", 3, "kept"), ("replace", 9, "replaced")])
def test_existing_ratings_are_kept_or_replaced(
    alice_rater: Rater, movies: dict[str, Movie], existing: Any, half_stars: int, outcome: str
) -> None:
    ratings.rate(rater=alice_rater, movie=movies["Alien"], half_stars=3)
    rating_import = imported(alice_rater, files.LETTERBOXD, existing)
    assert mine(alice_rater)[1214] == half_stars
    assert review.figures(rating_import=rating_import).outcomes == {"added": 2, outcome: 1}


def test_of_two_rows_about_a_movie_the_latest_counts(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    text = files.LETTERBOXD + "2024-01-15,Alien,1979,,1\n2020-01-15,Alien,1979,,2\n"
    rating_import = imported(alice_rater, text)
    assert mine(alice_rater)[1214] == 2
    assert review.figures(rating_import=rating_import).outcomes == {"added": 3, "repeated": 2}


def test_the_statistics_of_the_movies_are_updated(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    before = statistics()
    rating_import = imported(alice_rater, files.LETTERBOXD)
    assert statistics()[1214] == (2, pytest.approx(3.25))
    assert statistics()[293] == (1, 4.0)
    ratings_writer.undo(rating_import=rating_import)
    assert statistics() == before


def test_undoing_restores_what_was_replaced(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    ratings.rate(rater=alice_rater, movie=movies["Alien"], half_stars=3)
    before = Rating.objects.get(rater=alice_rater, movie=1214)
    rating_import = imported(alice_rater, files.LETTERBOXD, "replace")
    ratings_writer.undo(rating_import=rating_import)
    after = Rating.objects.get(rater=alice_rater, movie=1214)
    assert (after.half_stars, after.rated_at) == (before.half_stars, before.rated_at)
    assert mine(alice_rater) == {1214: 3}
    assert statistics()[1214] == (2, pytest.approx(1.75))


def test_undoing_keeps_ratings_that_were_changed_by_hand(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    rating_import = imported(alice_rater, files.LETTERBOXD)
    ratings.rate(rater=alice_rater, movie=movies["Alien"], half_stars=9)
    ratings.remove(rater=alice_rater, movie=movies["Léon"])
    rating_import = ratings_writer.undo(rating_import=rating_import)
    assert mine(alice_rater) == {1214: 9}
    assert review.figures(rating_import=rating_import).outcomes == {"undone": 1, "added": 2}


@pytest.mark.parametrize("first_undone", [0, 1])
def test_undoing_two_imports_in_any_order_leaves_nothing(
    alice_rater: Rater, movies: dict[str, Movie], first_undone: int
) -> None:
    before = statistics()
    both = [imported(alice_rater, files.LETTERBOXD), imported(alice_rater, files.letterboxd("Alien,1979,1"), "replace")]
    assert mine(alice_rater)[1214] == 2
    for place in (first_undone, 1 - first_undone):
        ratings_writer.undo(rating_import=both[place])
    assert mine(alice_rater) == {}
    assert statistics() == before


def test_it_never_touches_the_ratings_of_others(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    others = {(row.rater_id, row.movie_id): row.half_stars for row in Rating.objects.all()}
    ratings_writer.undo(rating_import=imported(alice_rater, files.LETTERBOXD, "replace"))
    assert {(row.rater_id, row.movie_id): row.half_stars for row in Rating.objects.all()} == others


def test_a_date_in_the_future_becomes_now(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    imported(alice_rater, files.LETTERBOXD.replace("2023-01-15", "2999-01-15"))
    assert LONG_AGO < Rating.objects.get(rater=alice_rater, movie=1214).rated_at <= datetime.now(UTC)


def test_it_needs_no_query_per_row(alice_rater: Rater, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "CHECK_INTERVAL", 3600.0)
    for number in range(1, 301):
        make_movie(number, f"Movie number {number}", 1990, imdb_id=f"{number:07d}")
    title_search.build()
    counts = []
    for n_rows in (3, 300):
        rows = [f"{'tt' if n % 2 else 'x'}{n},8,Movie number {n},1990" for n in range(1, n_rows + 1)]
        text = "\n".join(["Const,Your Rating,Title,Year", *rows])
        serving.title_index()
        with CaptureQueriesContext(connection) as previewing:
            rating_import = preview(alice_rater, text)
        with CaptureQueriesContext(connection) as applying:
            ratings_writer.apply(rating_import=rating_import, existing="keep")
        assert len(mine(alice_rater)) == n_rows
        with CaptureQueriesContext(connection) as undoing:
            ratings_writer.undo(rating_import=rating_import)
        counts.append([len(previewing), len(applying), len(undoing)])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 16


def test_five_thousand_rows_can_be_imported(alice_rater: Rater) -> None:
    names = {number: f"Film {number} of many" for number in range(1, 5001)}
    Movie.objects.bulk_create(Movie(pk=number, title=name, year=1990) for number, name in names.items())
    title_search.build()
    rating_import = preview(alice_rater, files.letterboxd(*[f"{name},1990,4" for name in names.values()]))
    ratings_writer.apply(rating_import=rating_import, existing="keep")
    assert len(mine(alice_rater)) == 5000
