"""Previewing a file, choosing movies, applying the import and undoing it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from recommender.formats.exports import ExportError
from recommender.models import Mark, Movie, Rater, Rating, RatingImport
from recommender.services.catalogue import title_search
from recommender.services.imports import ratings_writer, review
from recommender.services.imports.review import ImportClosed, UnknownImport
from recommender.services.ratings import marks, ratings
from recommender.services.versions import serving
from tests.support import rating_exports as files
from tests.support.factories import LONG_AGO, make_movie, make_rater, make_rating

pytestmark = pytest.mark.django_db


@pytest.fixture
def movies() -> dict[str, Movie]:
    """A small catalogue with its title index; "Alien" has been rated by somebody else."""
    movies = {
        "Alien": make_movie(1214, "Alien", 1979, imdb_id="0078748", tmdb_id=348),
        "Léon": make_movie(293, "Léon: The Professional", 1994, imdb_id="0110413", tmdb_id=101),
        "Good": make_movie(1201, "Good, the Bad and the Ugly, The", 1966),
        "Dune": make_movie(2021, "Dune", 1984),
        "Dune 2021": make_movie(4040, "Dune", 2021),
    }
    make_rating(make_rater(), movies["Alien"], 4)
    Movie.objects.filter(pk=1214).update(rating_count=1, rating_mean=2.0, rating_median=2.0)
    title_search.build()
    return movies


def preview(rater: Rater, text: str | bytes) -> RatingImport:
    data = text if isinstance(text, bytes) else text.encode()
    return review.preview(rater=rater, data=data, file_name="ratings.csv")


def imported(rater: Rater, text: str | bytes, existing: ratings_writer.Existing = "keep") -> RatingImport:
    return ratings_writer.apply(rating_import=preview(rater, text), existing=existing)


def mine(rater: Rater) -> dict[int, int]:
    return Rating.objects.half_stars_by_movie(rater)


def statistics() -> dict[int, tuple[int, float | None]]:
    return {row[0]: row[1:] for row in Movie.objects.values_list("pk", "rating_count", "rating_mean")}


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


def test_a_row_whose_year_is_one_off_offers_a_choice(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    rating_import = preview(alice_rater, files.letterboxd("Dune,1985,4", "Dune,1999,4", "Nowhere,1999,1"))
    assert review.figures(rating_import=rating_import).matches == {"ambiguous": 1, "unmatched": 2}
    assert rating_import.rows.get(line=2).candidates == [2021]
    assert review.figures(rating_import=rating_import).chosen == 0
    review.choose(rating_import=rating_import, line=2, movie=movies["Dune"])
    ratings_writer.apply(rating_import=rating_import, existing="keep")
    assert mine(alice_rater) == {2021: 8}


def test_a_row_can_be_left_out(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    rating_import = preview(alice_rater, files.LETTERBOXD)
    review.choose(rating_import=rating_import, line=2, movie=None)
    ratings_writer.apply(rating_import=rating_import, existing="keep")
    assert set(mine(alice_rater)) == {293, 1201}


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


def test_each_step_is_possible_only_once(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    rating_import = preview(alice_rater, files.LETTERBOXD)
    with pytest.raises(ImportClosed, match="has not been applied yet"):
        ratings_writer.undo(rating_import=rating_import)
    ratings_writer.apply(rating_import=rating_import, existing="keep")
    with pytest.raises(ImportClosed, match="has already been applied"):
        ratings_writer.apply(rating_import=rating_import, existing="keep")
    with pytest.raises(ImportClosed):
        review.choose(rating_import=rating_import, line=2, movie=None)
    with pytest.raises(ImportClosed):
        review.discard(rating_import=rating_import)
    ratings_writer.undo(rating_import=rating_import)
    with pytest.raises(ImportClosed, match="has already been undone"):
        ratings_writer.undo(rating_import=rating_import)


def test_a_new_file_replaces_the_one_under_review(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    first, second = preview(alice_rater, files.LETTERBOXD), preview(alice_rater, files.IMDB)
    assert list(RatingImport.objects.of(alice_rater)) == [second]
    with pytest.raises(UnknownImport):
        ratings_writer.apply(rating_import=first, existing="keep")
    with pytest.raises(IntegrityError), transaction.atomic():
        RatingImport.objects.create(rater=alice_rater, source="imdb", kind="ratings", file_name="")


def test_it_never_touches_the_ratings_of_others(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    others = {(row.rater_id, row.movie_id): row.half_stars for row in Rating.objects.all()}
    ratings_writer.undo(rating_import=imported(alice_rater, files.LETTERBOXD, "replace"))
    assert {(row.rater_id, row.movie_id): row.half_stars for row in Rating.objects.all()} == others


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Const,Your Rating,Title Type\ntt0944947,10,TV Series\n", "no movie ratings, only 1 TV Series"),
        ("userId,movieId,rating,timestamp\n", "no movie ratings."),
    ],
)
def test_it_refuses_a_file_without_movie_ratings(alice_rater: Rater, text: str, sentence: str) -> None:
    with pytest.raises(ExportError, match=sentence):
        preview(alice_rater, text)
    assert not RatingImport.objects.exists()


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


def test_a_date_in_the_future_becomes_now(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    imported(alice_rater, files.LETTERBOXD.replace("2023-01-15", "2999-01-15"))
    assert LONG_AGO < Rating.objects.get(rater=alice_rater, movie=1214).rated_at <= datetime.now(UTC)


def test_it_needs_no_query_per_row(alice_rater: Rater) -> None:
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
    assert max(counts[0]) <= 14


def test_five_thousand_rows_can_be_imported(alice_rater: Rater) -> None:
    names = {number: f"Film {number} of many" for number in range(1, 5001)}
    Movie.objects.bulk_create(Movie(pk=number, title=name, year=1990) for number, name in names.items())
    title_search.build()
    rating_import = preview(alice_rater, files.letterboxd(*[f"{name},1990,4" for name in names.values()]))
    ratings_writer.apply(rating_import=rating_import, existing="keep")
    assert len(mine(alice_rater)) == 5000
