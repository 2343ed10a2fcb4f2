"""Pictures that the site passes on: known ones only, each fetched once, within bounds, whatever the host answers."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from recommender.services.catalogue import movies, picture_cache, picture_source
from tests.support.factories import make_movie
from tests.support.image_server import JPEG, PNG, ImageServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("collected_static")]
POSTER, BACKDROP = "/pictures/w342/1/poster.jpg", "/pictures/w1280/1/back-drop_2.png"


@pytest.fixture
def host(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImageServer]:
    """An image host, and a site that passes on the poster and the backdrop of a movie; waits are short."""
    monkeypatch.setattr(picture_source, "READ_TIMEOUT", 0.3)
    monkeypatch.setattr(picture_source, "RESPONSE_TIMEOUT", 0.5)
    monkeypatch.setattr(picture_source, "state", picture_source._State())
    monkeypatch.setattr(picture_cache, "_written", picture_cache._Written())
    make_movie(1, poster_path="/poster.jpg", backdrop_path="/back-drop_2.png")
    with ImageServer().running() as running:
        settings.IMAGES, settings.TMDB_IMAGE_URL = "proxy", running.url
        settings.IMAGE_CACHE_DIR, settings.IMAGE_CACHE_BUDGET = tmp_path / "pictures", 1 << 20
        yield running


def files(settings: Any) -> list[str]:
    return sorted(file.name for file in Path(settings.IMAGE_CACHE_DIR).glob("*/*"))


def test_a_picture_is_fetched_once_and_then_comes_from_the_disk(client: Client, host: ImageServer) -> None:
    for _ in range(3):
        answer = client.get(POSTER)
        assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, JPEG, "image/jpeg")
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff"
    host.behaviour = "png"
    assert client.get(BACKDROP)["Content-Type"] == "image/png"
    assert client.get(BACKDROP).content == PNG
    assert host.paths == ["/t/p/w342/poster.jpg", "/t/p/w1280/back-drop_2.png"]


def test_members_get_it_with_the_same_headers(alice_client: Client, host: ImageServer) -> None:
    answer = alice_client.get(POSTER)
    assert (answer["Cache-Control"], answer.has_header("Vary")) == ("public, max-age=31536000, immutable", False)


@pytest.mark.parametrize(
    "address",
    [
        "/pictures/w342/1/other.jpg", "/pictures/w342/2/poster.jpg", "/pictures/w342/1/back-drop_2.png",
        "/pictures/original/1/poster.jpg", "/pictures/w1280/1/poster.jpg", "/pictures/w342/1/..",
        "/pictures/w342/1/%2e%2e", "/pictures/w342/1/..%2f..%2fsecret_key", "/pictures/w342/1/poster.jpg%00",
        "/pictures/w342/1/poster.svg",
        "/pictures/../1/poster.jpg", "/pictures/w342/99999999999999999999/poster.jpg", "/pictures/w342/1/@evil.example",
    ],
)  # fmt: skip
def test_nothing_but_known_pictures_is_asked_for(client: Client, host: ImageServer, address: str) -> None:
    assert client.get(address).status_code in (400, 404)
    assert host.paths == []


@pytest.mark.parametrize(
    "behaviour",
    ["redirect", "html", "svg", "svg-as-jpeg", "endless", "drip", "truncated", "silence", "status 403", "status 500"],
)
def test_whatever_else_the_host_answers_is_no_picture(
    client: Client, host: ImageServer, behaviour: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.behaviour = behaviour
    answer = client.get(POSTER)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        404, "text/plain", "public, max-age=60",
    )  # fmt: skip
    assert host.paths == ["/t/p/w342/poster.jpg"]
    assert files(settings) == []
    host.behaviour = ""
    monkeypatch.setattr(picture_source, "state", picture_source._State())
    assert client.get(POSTER).content == JPEG


def test_a_picture_that_the_host_does_not_have_is_asked_for_once_a_day(
    client: Client, host: ImageServer, settings: Any
) -> None:
    host.behaviour = "status 404"
    assert [client.get(POSTER).status_code for _ in range(3)] == [404] * 3
    assert host.paths == ["/t/p/w342/poster.jpg"]
    assert files(settings) == ["poster.jpg.absent"]
    host.behaviour = ""
    assert [client.get(POSTER).status_code, client.get(BACKDROP).status_code] == [404, 200]
    marker = Path(settings.IMAGE_CACHE_DIR) / "w342" / "poster.jpg.absent"
    yesterday = marker.stat().st_mtime - picture_cache.ABSENT_FOR
    os.utime(marker, (yesterday, yesterday))
    assert client.get(POSTER).content == JPEG
    assert files(settings) == ["back-drop_2.png", "poster.jpg"]


@pytest.mark.parametrize("behaviour", ["silence", "drip", "status 503", "status 429"])
def test_a_host_that_is_away_is_not_asked_for_a_while(
    client: Client, host: ImageServer, behaviour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.behaviour = behaviour
    assert [client.get(address).status_code for address in (POSTER, BACKDROP, POSTER)] == [404] * 3
    assert len(host.paths) == 1
    monkeypatch.setattr(picture_source, "AWAY_FOR", 0.0)
    picture_source.state.note(away=True)
    host.behaviour = ""
    assert [client.get(POSTER).status_code, client.get(BACKDROP).status_code] == [200, 200]


def test_after_an_outage_one_request_tries_the_host_and_the_others_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    state = picture_source._State()
    monkeypatch.setattr(picture_source, "AWAY_FOR", 0.0)
    state.note(away=True)
    monkeypatch.setattr(picture_source, "AWAY_FOR", 60.0)
    assert [state.may_ask(), state.may_ask()] == [True, False]
    state.note(away=False)
    assert [state.may_ask(), state.may_ask()] == [True, True]


def test_a_host_that_cannot_be_reached_is_no_error(client: Client, host: ImageServer, settings: Any) -> None:
    settings.TMDB_IMAGE_URL = "http://127.0.0.1:9/t/p"
    assert client.get(POSTER).status_code == 404


def test_the_folder_keeps_its_bound_and_what_was_used_last(client: Client, host: ImageServer, settings: Any) -> None:
    settings.IMAGE_CACHE_BUDGET = 5 * len(JPEG)
    for n in range(2, 7):
        make_movie(n, poster_path=f"/{n}.jpg")
        assert client.get(f"/pictures/w342/{n}/{n}.jpg").status_code == 200
        os.utime(Path(settings.IMAGE_CACHE_DIR) / "w342" / f"{n}.jpg", (n, n))
    client.get("/pictures/w342/2/2.jpg")
    client.get(POSTER)
    assert files(settings) == ["2.jpg", "5.jpg", "6.jpg", "poster.jpg"]
    settings.IMAGE_CACHE_BUDGET = 10
    client.get(BACKDROP)
    assert "back-drop_2.png" not in files(settings)


def test_without_room_on_the_disk_the_picture_is_shown_all_the_same(
    client: Client, host: ImageServer, settings: Any, tmp_path: Path
) -> None:
    settings.IMAGE_CACHE_DIR = tmp_path / "no-folder"
    settings.IMAGE_CACHE_DIR.write_text("in the way")
    assert client.get(POSTER).content == JPEG


def test_pages_name_the_pictures_that_the_setting_allows(client: Client, host: ImageServer, settings: Any) -> None:
    movie = make_movie(2, poster_path="/two.jpg")
    assert movies.poster_url(movie) == "/pictures/w342/2/two.jpg"
    assert 'og:image" content="http://testserver/pictures/w342/2/two.jpg"' in client.get("/movies/2/").content.decode()
    assert movies.poster_url(make_movie(3, poster_path="/..")) is None
    settings.IMAGES = "direct"
    assert movies.poster_url(movie) == f"{host.url}/w342/two.jpg"
    assert client.get(POSTER).status_code == 404
    settings.IMAGES = "off"
    assert movies.poster_url(movie) is None
    assert client.get("/api/v1/movies/2").json()["poster_url"] is None
    assert "static/img/preview" in client.get("/movies/2/").content.decode()
    assert client.get(POSTER).status_code == 404
    assert host.paths == []
