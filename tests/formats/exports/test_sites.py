"""The exports of sites whose layout is known from what people have published about them."""

import io
import zipfile

import pytest

from recommender.formats.exports import ExportedRow, UnclearList, read_export
from tests.support import rating_exports as files


def rows(text: str, name: str = "") -> list[ExportedRow]:
    return read_export(text.encode(), file_name=name).rows


def test_filmaffinity_gives_a_page_with_a_table() -> None:
    export = read_export(files.FILMAFFINITY.encode(), file_name="movie-ratings.html")
    assert export.format.label == "FilmAffinity ratings"
    assert [(row.title, row.year, row.half_stars, row.type) for row in export.rows] == [
        ("Alien, el octavo pasajero", 1979, 9, ""),
        ("Black Mirror", 2011, 10, "TV Series"),
    ]
    assert export.rows[0].rated_at is not None
    assert export.rows[0].rated_at.isoformat() == "2023-01-15T20:15:00+00:00"
    assert export.unread_dates == 0


def test_the_zip_of_filmaffinity_is_read_as_it_is() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", "<h1>Mis datos</h1>")
        archive.writestr("html/account-data.html", "<table><tr><td>Nombre</td></tr><tr><td>alice</td></tr></table>")
        archive.writestr("html/movie-ratings.html", files.FILMAFFINITY)
    assert len(read_export(out.getvalue()).rows) == 2


def test_backups_of_filmaffinity_have_the_original_title_too() -> None:
    row, unrated = rows(files.FILMAFFINITY_BACKUP)
    assert (row.titles, row.year, row.half_stars) == (("Alien", "Alien, el octavo pasajero"), 1979, 9)
    assert unrated.kind == "seen"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_kinopoisk_gives_a_page_that_is_called_xls(encoding: str) -> None:
    alien, seen = read_export(files.KINOPOISK.encode(encoding), file_name="kinopoisk.ru-watched.xls").rows
    assert (alien.titles, alien.year, alien.half_stars) == (("Alien", "Чужой"), 1979, 9)
    assert (seen.titles, seen.kind) == (("Брат",), "seen")


def test_a_list_of_kinopoisk_without_ratings_is_asked_about() -> None:
    with pytest.raises(UnclearList):
        rows(files.KINOPOISK, "kinopoisk.ru.xls")


def test_douban_writes_all_titles_of_a_movie_into_one_cell() -> None:
    alien, face_off, wanted = rows(files.DOUBAN)
    assert (alien.titles, alien.year, alien.half_stars, alien.kind) == (("异形", "Alien"), 1979, 10, "ratings")
    assert face_off.titles == ("变脸", "Face/Off", "Face", "Off")
    assert (face_off.year, face_off.kind, wanted.kind) == (1997, "seen", "watchlist")


@pytest.mark.parametrize(
    ("text", "half_stars"),
    [(files.CRITICKER, 9), (files.CRITICKER_SPACED, 9), (files.CRITICKER_2026, 9), (files.CRITICKER_2026_LOWEST, 1)],
)
def test_criticker_has_ratings_from_0_to_100(text: str, half_stars: int) -> None:
    (row,) = rows(text)
    assert (row.title, row.year, row.imdb_id, row.half_stars) == ("Alien", 1979, 78748, half_stars)


def test_the_watchlist_of_criticker() -> None:
    (row,) = rows("PSI, Film Name, Year, Rating, Summary, URL\n, Alien, 1979, , In space, https://x\n", "export.csv")
    assert (row.title, row.year, row.kind) == ("Alien", 1979, "watchlist")


@pytest.mark.parametrize(
    ("watchlist", "kind"),
    [("completed", "seen"), ("dropped", "seen"), ("watching", "seen"), ("plantowatch", "watchlist")],
)
def test_simkl_says_what_a_movie_is(watchlist: str, kind: str) -> None:
    text = files.SIMKL.replace("completed", watchlist).replace("2023-01-15,9", "15-01-2023 21:50:41,")
    (row,) = rows(text)
    assert (row.kind, str(row.rated_at)) == (kind, "2023-01-15 21:50:41+00:00")


def test_tmdb_has_half_points() -> None:
    assert [row.half_stars for row in rows(files.TMDB.replace(",9,", ",8.5,"))] == [9]
    (row,) = rows(files.TMDB.replace(",9,", ",,"), "watchlist.csv")
    assert row.kind == "watchlist"


def test_the_wishlist_of_movielens_org() -> None:
    (row,) = rows("movie_id,imdb_id,tmdb_id,average_rating,title\r\n1214,0078748,348,4.05,Alien (1979)\r\n")
    assert (row.movie_id, row.kind, row.title, row.year) == (1214, "watchlist", "Alien", 1979)


def test_trakt_says_in_json_what_was_watched_and_listed() -> None:
    (seen,) = rows(files.TRAKT_WATCHED_JSON)
    (wanted,) = rows(files.TRAKT_JSON.replace("rated_at", "listed_at").replace('"rating":9,', ""))
    assert (seen.kind, wanted.kind, wanted.imdb_id, wanted.tmdb_id) == ("seen", "watchlist", 78748, 348)
