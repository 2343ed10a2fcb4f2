"""Rows of a file that the catalogue lacks are looked up, a few at a time, and films that leave no doubt are added."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from recommender.models import Movie, Rating
from recommender.services.accounts import write_limits
from recommender.services.accounts.write_limits import Limit
from recommender.services.catalogue import title_search, tmdb_client
from recommender.services.imports import row_lookup
from tests.support import rating_exports as files
from tests.support.factories import make_movie
from tests.support.tmdb_server import KEY, TmdbServer, movie

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notified")]
URL = "/api/v1/imports"
LINES = ("Alien,1979,4.5", "Night Ferry,2026,4", "Twins,2020,2", "Remade,2001,2", "Night Bus,,3", "No Such,2020,1")


@pytest.fixture
def tmdb(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[TmdbServer]:
    """A TMDB with one film of a title and year, two of another, and one of another year."""
    monkeypatch.setattr(tmdb_client, "READ_TIMEOUT", 0.4)
    make_movie(1214, "Alien", 1979)
    title_search.build()
    films = (("Night Ferry", "2026-03-01"), ("Twins", "2020-01-01"), ("TWINS", "2020-05-01"), ("Remade", "2002-01-01"))
    known = {n: movie(n, "", title=title, release_date=date) for n, (title, date) in enumerate(films, start=51)}
    with TmdbServer({}).running() as running:
        running.movies = known
        settings.TMDB_URL, settings.TMDB_API_KEY, settings.TMDB_RATE = running.url, KEY, 40
        yield running


@pytest.fixture
def number(alice_client: Client, tmdb: TmdbServer) -> int:
    """The id of alice's import."""
    file = SimpleUploadedFile("ratings.csv", files.letterboxd(*LINES))
    made = alice_client.post(URL, {"file": file}).json()
    assert made["matches"] == {"matched": 1, "ambiguous": 0, "unmatched": 5}
    return int(made["import_id"])


def look_up(client: Client, number: int, after: int = 0) -> Any:
    return client.post(f"{URL}/{number}/lookup", {"after": after}, content_type="application/json")


def test_the_only_film_of_its_title_and_year_is_added_and_imported(alice_client: Client, number: int) -> None:
    assert look_up(alice_client, number).json() == {"asked": 4, "found": 1, "after": None}
    assert list(Movie.objects.values_list("pk", "title")) == [(1214, "Alien"), (2_000_000_051, "Night Ferry")]
    assert alice_client.get(f"{URL}/{number}").json()["matches"] == {"matched": 2, "ambiguous": 0, "unmatched": 4}
    alice_client.post(f"{URL}/{number}/apply", {"existing": "keep"}, content_type="application/json")
    assert Rating.objects.get(movie_id=2_000_000_051).half_stars == 8
    assert look_up(alice_client, number).status_code == 409


IMDB_COLUMNS = "Const,Your Rating,Date Rated,Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres"
TMDB_IDS = b"Title,Year,tmdbID,Rating10\nLe bac de nuit,2026,51,8\nAnother Film,1950,51,7\nUnknown,2026,99,7\n"


def looked_up(client: Client, content: bytes) -> dict[str, int | None]:
    """Upload a file and look its rows up; return the movie of each title."""
    file = SimpleUploadedFile("ratings.csv", content)
    number = client.post(URL, {"file": file}).json()["import_id"]
    after: Any = 0
    while after is not None:
        after = look_up(client, number, after).json()["after"]
    rows = client.get(f"{URL}/{number}/rows").json()["results"]
    return {row["title"]: row["movie_id"] for row in rows}


def test_a_row_with_an_imdb_id_finds_the_film_whatever_its_title(alice_client: Client, tmdb: TmdbServer) -> None:
    tmdb.movies[51]["imdb_id"] = tmdb.movies[52]["imdb_id"] = "tt31000051"
    tmdb.movies[52] |= {"id": 52, "imdb_id": "tt31000052", "release_date": "1990-01-01"}
    lines = ("tt31000051,8,2026-04-01,Nachtfähre,,Movie,,,2026,", "tt31000052,7,2026-04-01,Twins,,Movie,,,2020,")
    unknown = "tt31000099,7,2026-04-01,Remade,,Movie,,,2002,"
    content = "\n".join((IMDB_COLUMNS, *lines, unknown)).encode()
    assert looked_up(alice_client, content) == {"Nachtfähre": 1_031_000_051, "Twins": None, "Remade": None}
    assert Movie.objects.get(pk=1_031_000_051).title == "Night Ferry"


def test_a_row_with_a_tmdb_id_finds_the_film_of_about_its_year(alice_client: Client, tmdb: TmdbServer) -> None:
    found = looked_up(alice_client, TMDB_IDS)
    assert found == {"Le bac de nuit": 2_000_000_051, "Another Film": None, "Unknown": None}


def test_it_goes_on_where_it_was(
    alice_client: Client, number: int, tmdb: TmdbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_lookup, "SECONDS_AT_ONCE", -1.0)
    first = look_up(alice_client, number).json()
    assert (first["asked"], first["found"]) == (1, 1)
    assert look_up(alice_client, number, first["after"]).json()["found"] == 0
    tmdb.always = "status 500"
    assert look_up(alice_client, number, first["after"]).status_code == 503
    tmdb.always = ""
    asked, after = 0, first["after"]
    while after is not None:
        step = look_up(alice_client, number, after).json()
        asked, after = asked + step["asked"], step["after"]
    assert asked == 3


def test_a_movie_that_alice_chose_stays(alice_client: Client, number: int, tmdb: TmdbServer) -> None:
    (ferry,) = (
        row for row in alice_client.get(f"{URL}/{number}/rows").json()["results"] if row["title"] == "Night Ferry"
    )
    chosen = {"movie_id": 1214}
    alice_client.put(f"{URL}/{number}/rows/{ferry['line']}", chosen, content_type="application/json")
    assert look_up(alice_client, number).json()["found"] == 0
    assert Movie.objects.count() == 1


def test_it_is_for_the_owner_within_limits_and_with_a_key(
    alice_client: Client, bob: User, client: Client, number: int, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob_client = Client()
    bob_client.force_login(bob, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    assert [look_up(client, number).status_code, look_up(bob_client, number).status_code] == [401, 404]
    assert b" lookup" in alice_client.get(f"/account/imports/{number}/").content
    monkeypatch.setattr(write_limits.time, "time", lambda: 6_000.0)
    monkeypatch.setitem(write_limits.LIMITS, "import_lookup", Limit(1, 600))
    assert [look_up(alice_client, number).status_code for _ in range(2)] == [200, 429]
    monkeypatch.setitem(write_limits.LIMITS, "import_lookup", Limit(9, 600))
    settings.TMDB_API_KEY = ""
    assert b" lookup aria" not in alice_client.get(f"/account/imports/{number}/").content
