"""Previewing a file: what is found, what is refused, and choosing movies."""

import pytest
from django.db import IntegrityError, transaction

from recommender.formats.exports import ExportError
from recommender.models import Movie, Rater, RatingImport
from recommender.services.imports import ratings_writer, review
from recommender.services.imports.review import ImportClosed, UnknownImport
from tests.support import rating_exports as files
from tests.support.imports import mine, preview

pytestmark = pytest.mark.django_db


def test_a_row_that_may_mean_several_movies_offers_a_choice(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    rating_import = preview(alice_rater, files.letterboxd("Dune,,4", "Dune,1999,4", "Nowhere,1999,1"))
    assert review.figures(rating_import=rating_import).matches == {"ambiguous": 1, "unmatched": 2}
    assert rating_import.rows.get(line=2).candidates == [2021, 4040]
    assert review.figures(rating_import=rating_import).chosen == 0
    review.choose(rating_import=rating_import, line=2, movie=movies["Dune"])
    ratings_writer.apply(rating_import=rating_import, existing="keep")
    assert mine(alice_rater) == {2021: 8}


def test_a_row_can_be_left_out(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    rating_import = preview(alice_rater, files.LETTERBOXD)
    review.choose(rating_import=rating_import, line=2, movie=None)
    ratings_writer.apply(rating_import=rating_import, existing="keep")
    assert set(mine(alice_rater)) == {293, 1201}


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


def test_bad_rows_are_listed_and_spoil_no_other(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    rows = ["x,Alien,1979,,0", 'x,"Alien,1979,,4', "x,Alien", "x,Am\xe9lie,2001,,4", "x,Dune,1984,,3"]
    rating_import = preview(alice_rater, "\n".join(["Date,Name,Year,Letterboxd URI,Rating", *rows]).encode("latin-1"))
    assert [(row.title, row.movie_id) for row in rating_import.rows.order_by("line")] == [
        ("Amélie", None),
        ("Dune", 2021),
    ]
    assert rating_import.bad_rows == [
        'Line 2: Rating is "0", not one of 0.5, 1, 1.5 … 5',
        "Line 3 cannot be read: a quotation mark is never closed",
        "Line 4 has 2 columns, the header has 5",
    ]
    assert (rating_import.n_bad_rows, rating_import.n_unread_dates) == (3, 2)


def test_letters_that_were_read_wrongly_are_repaired(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    rating_import = preview(alice_rater, files.letterboxd("LÃ©on: The Professional,1994,4"))
    assert rating_import.rows.get().movie_id == 293


def test_a_series_counts_only_if_the_catalogue_has_its_id(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    rows = "tt0078748,8,Alien,TV Mini Series,1979\ntt0000099,8,Dune,TV Series,1984\n"
    rating_import = preview(alice_rater, f"Const,Your Rating,Title,Title Type,Year\n{rows}")
    assert rating_import.rows.get().movie_id == 1214
    assert rating_import.left_out == {"TV Series": 1}


def test_rows_without_a_movie_offer_the_hits_of_the_search(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    rating_import = preview(alice_rater, files.letterboxd("Alein,1999,4", "Qqqqq,1999,4"))
    rows = list(rating_import.rows.order_by("line"))
    review.suggest(rows)
    assert [row.candidates for row in rows] == [[1214], []]
    assert review.figures(rating_import=rating_import).matches == {"unmatched": 2}
