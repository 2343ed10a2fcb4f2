"""Every export format is recognised by its header and read by column name."""

from datetime import UTC, datetime

import pytest

from recommender.formats.exports import ExportedRow, ExportError, read_export
from tests.support import rating_exports as files

ALIEN = {"title": "Alien", "year": 1979, "half_stars": 9}


def first(text: str) -> ExportedRow:
    return read_export(text.encode()).rows[0]


@pytest.mark.parametrize("name", files.ALL)
def test_it_recognises_each_site_by_its_header(name: str) -> None:
    assert read_export(files.ALL[name].encode()).format.name == name


def test_it_reads_letterboxd_stars() -> None:
    rows = read_export(files.LETTERBOXD.encode()).rows
    assert rows[0] == ExportedRow(2, **ALIEN, rated_at=datetime(2023, 1, 15, tzinfo=UTC))
    assert [(row.line, row.title, row.half_stars) for row in rows[1:]] == [
        (3, "Léon: The Professional", 8),
        (4, "Good, the Bad and the Ugly, The", 1),
    ]


def test_it_reads_a_watchlist_without_ratings() -> None:
    export = read_export(files.LETTERBOXD_WATCHLIST.encode())
    assert export.format.kind == "watchlist"
    assert export.rows[0].half_stars is None


@pytest.mark.parametrize("text", [files.IMDB, files.OLD_IMDB])
def test_it_reads_imdb_points_as_half_stars_and_only_movies(text: str) -> None:
    export = read_export(text.encode())
    assert (export.rows[0].imdb_id, export.rows[0].half_stars, export.rows[0].year) == (78748, 9, 1979)
    assert 944947 not in {row.imdb_id for row in export.rows}
    assert export.left_out in ({"TV Series": 1}, {"tvSeries": 1})


def test_it_reads_movielens_org_with_the_year_in_the_title() -> None:
    row = first(files.MOVIELENS_ORG)
    assert (row.movie_id, row.imdb_id, row.tmdb_id, row.title, row.year, row.half_stars) == (
        *(1214, 78748, 348, "Alien", 1979, 9),
    )


def test_it_reads_trakt_points_and_leaves_shows_out() -> None:
    export = read_export(files.TRAKT.encode())
    assert [(row.tmdb_id, row.half_stars) for row in export.rows] == [(348, 9)]
    assert export.rows[0].rated_at == datetime(2023, 1, 15, 20, 15, tzinfo=UTC)
    assert export.left_out == {"show": 1}


def test_it_reads_a_movielens_release() -> None:
    row = first(files.MOVIELENS)
    assert (row.movie_id, row.half_stars, row.rated_at) == (1214, 9, datetime.fromtimestamp(1112486027, UTC))


def test_it_reads_columns_in_any_order_and_ignores_others() -> None:
    row = first("Rating,Mood,Year,Letterboxd URI,Name\n3.5,calm,1979,,Alien\n")
    assert (row.title, row.year, row.half_stars, row.rated_at) == ("Alien", 1979, 7, None)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_it_reads_what_a_spreadsheet_saved(delimiter: str) -> None:
    assert first(files.LETTERBOXD.replace(",", delimiter)).title == "Alien"


def test_it_counts_rows_without_a_rating() -> None:
    export = read_export(files.letterboxd("Alien,1979,", "Aliens,1986,4"))
    assert [row.title for row in export.rows] == ["Aliens"]
    assert export.left_out == {"without a rating": 1}


def test_it_refuses_ratings_of_several_people() -> None:
    with pytest.raises(ExportError, match=r'^Line 4 belongs to userId "8", the lines before it to "7"'):
        read_export((files.MOVIELENS + "8,1,3.0,1112484676\n").encode())


@pytest.mark.parametrize("rating", ["0", "5.5", "4.25", "-1", "nan", "1e0", "four", "=1+1"])
def test_it_refuses_stars_off_the_scale_and_names_the_line(rating: str) -> None:
    with pytest.raises(ExportError, match=r"^Line 3: Rating is .* not one of 0\.5, 1"):
        read_export(files.letterboxd("Aliens,1986,4", f"Alien,1979,{rating}"))


@pytest.mark.parametrize("points", ["0", "11", "7.5"])
def test_it_refuses_points_off_the_scale(points: str) -> None:
    with pytest.raises(ExportError, match=r"not one of 1, 2, 3"):
        read_export(f"Const,Your Rating\ntt0078748,{points}\n".encode())


def test_it_says_which_exports_it_knows() -> None:
    with pytest.raises(ExportError, match=r'^Line 1 is "name,stars", which is not the header .* IMDb'):
        read_export(b"name,stars\nAlien,5\n")


@pytest.mark.parametrize("written", ["", "yesterday", "2023-13-45", "1889-01-01", "9" * 10])
def test_it_ignores_a_date_that_it_cannot_read(written: str) -> None:
    row = first(f"Date,Name,Year,Letterboxd URI,Rating\n{written},Alien,1979,,4\n")
    assert row.rated_at is None or row.rated_at.year > 1970
