"""Every export format is recognised by its header and read by column name."""

from datetime import UTC, datetime

import pytest

from recommender.formats.exports import Answers, ExportedRow, ExportError, UnclearList, read_export
from tests.support import rating_exports as files

ALIEN = {"title": "Alien", "year": 1979, "half_stars": 9}


def first(text: str) -> ExportedRow:
    return read_export(text.encode()).rows[0]


@pytest.mark.parametrize("name", files.ALL)
def test_it_recognises_each_site_by_its_header(name: str) -> None:
    assert read_export(files.ALL[name].encode(), file_name=f"{name}.csv").format.name == name


def test_it_reads_letterboxd_stars() -> None:
    rows = read_export(files.LETTERBOXD.encode()).rows
    assert rows[0] == ExportedRow(2, **ALIEN, rated_at=datetime(2023, 1, 15, tzinfo=UTC))
    assert [(row.line, row.title, row.half_stars) for row in rows[1:]] == [
        (3, "Léon: The Professional", 8),
        (4, "Good, the Bad and the Ugly, The", 1),
    ]


def test_it_reads_a_watchlist_without_ratings() -> None:
    export = read_export(files.LETTERBOXD_WATCHLIST.encode(), file_name="watchlist.csv")
    assert export.kind == "watchlist"
    assert export.rows[0].half_stars is None


@pytest.mark.parametrize(
    ("name", "kind"), [("watched.csv", "seen"), ("films.csv", "seen"), ("my-Watchlist-2026.csv", "watchlist")]
)
def test_the_name_of_a_list_says_what_it_is(name: str, kind: str) -> None:
    assert [row.kind for row in read_export(files.LETTERBOXD_WATCHLIST.encode(), file_name=name).rows] == [kind]


def test_a_list_of_another_name_is_asked_about() -> None:
    with pytest.raises(UnclearList, match="Is it your watchlist, or movies that you have seen"):
        read_export(files.LETTERBOXD_WATCHLIST.encode(), file_name="export.csv")
    (row,) = read_export(
        files.LETTERBOXD_WATCHLIST.encode(), file_name="export.csv", answers=Answers(unrated="seen")
    ).rows
    assert row.kind == "seen"


@pytest.mark.parametrize("text", [files.IMDB, files.OLD_IMDB])
def test_it_reads_imdb_points_as_half_stars_and_says_what_is_no_movie(text: str) -> None:
    export = read_export(text.encode())
    assert (export.rows[0].imdb_id, export.rows[0].half_stars, export.rows[0].year) == (78748, 9, 1979)
    assert {row.imdb_id: row.type for row in export.rows}[944947] in {"TV Series", "tvSeries"}
    assert export.rows[0].type == ""


def test_it_reads_movielens_org_with_the_year_in_the_title() -> None:
    row = first(files.MOVIELENS_ORG)
    assert (row.movie_id, row.imdb_id, row.tmdb_id, row.title, row.year, row.half_stars) == (
        *(1214, 78748, 348, "Alien", 1979, 9),
    )


def test_it_reads_trakt_points_and_says_what_is_a_show() -> None:
    export = read_export(files.TRAKT.encode())
    assert [(row.tmdb_id, row.half_stars, row.type) for row in export.rows] == [(348, 9, ""), (70523, 8, "show")]
    assert export.rows[0].rated_at == datetime(2023, 1, 15, 20, 15, tzinfo=UTC)


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
def test_stars_off_the_scale_are_a_bad_row_and_spoil_no_other(rating: str) -> None:
    export = read_export(files.letterboxd("Aliens,1986,4", f"Alien,1979,{rating}", "Heat,1995,5"))
    assert [row.title for row in export.rows] == ["Aliens", "Heat"]
    assert [str(bad) for bad in export.bad] == [f'Line 3: Rating is "{rating}", not one of 0.5, 1, 1.5 … 5']


@pytest.mark.parametrize("points", ["0", "11", "7.5"])
def test_it_refuses_points_off_the_scale(points: str) -> None:
    with pytest.raises(ExportError, match=r"not one of 1, 2, 3"):
        read_export(f"Const,Your Rating\ntt0078748,{points}\n".encode())


def test_it_says_which_exports_it_knows() -> None:
    with pytest.raises(ExportError, match=r'^Line 1 is "hello", which is not the header .* IMDb'):
        read_export(b"hello\nAlien\n")


@pytest.mark.parametrize("written", ["", "yesterday", "2023-13-45", "1889-01-01", "9" * 10])
def test_it_ignores_a_date_that_it_cannot_read(written: str) -> None:
    row = first(f"Date,Name,Year,Letterboxd URI,Rating\n{written},Alien,1979,,4\n")
    assert row.rated_at is None or row.rated_at.year > 1970


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (files.IMDB_2010, (78748, "Alien", 1979, 9, "2011-01-15")),
        (files.IMDB_WATCHLIST, (78748, "Alien", 1979, None, "2023-01-15")),
        (files.LETTERBOXD_IMPORT, (None, "Alien", 1979, 9, "2023-01-15")),
        (files.TMDB, (78748, "Alien", 1979, 9, "2023-01-15")),
        (files.SIMKL, (78748, "Alien", 1979, 9, "2023-01-15")),
        (files.CRITICKER, (78748, "Alien", 1979, 9, "2023-01-15")),
        (files.TRAKT_JSON, (78748, "Alien", 1979, 9, "2023-01-15")),
    ],
)
def test_it_reads_the_files_of_other_sites(
    text: str, row: tuple[int | None, str, int | None, int | None, str | None]
) -> None:
    found = read_export(text.encode(), file_name="watchlist.csv").rows[0]
    date = found.rated_at.date().isoformat() if found.rated_at else None
    assert (found.imdb_id, found.title, found.year, found.half_stars, date) == row


def test_a_list_with_ratings_of_some_movies_has_both() -> None:
    export = read_export((files.IMDB_WATCHLIST + files.IMDB_WATCHLIST_RATED).encode(), file_name="WATCHLIST.csv")
    assert [(row.kind, row.half_stars) for row in export.rows] == [("watchlist", None), ("ratings", 8)]
