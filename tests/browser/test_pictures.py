"""Whom a browser asks for posters: this site only if it passes them on, nobody if there are to be none."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import url_of
from tests.support.image_server import ImageServer
from tests.support.web_server import serving


@pytest.fixture
def with_poster(served_database: str) -> Iterator[int]:
    """A movie that has a poster for a while."""
    with psycopg.connect(url_of(served_database), autocommit=True) as server:
        most_rated = "SELECT id, poster_path FROM recommender_movie ORDER BY rating_count DESC, id LIMIT 1"
        found = server.execute(most_rated).fetchone()
        assert found is not None
        movie_id, before = found
        change = "UPDATE recommender_movie SET poster_path = %s WHERE id = %s"
        server.execute(change, ("/it.png", movie_id))
        yield movie_id
        server.execute(change, (before, movie_id))


@pytest.mark.parametrize("images", ["proxy", "off", "direct"])
def test_posters_come_from_where_the_setting_says(
    page: Page, served_database: str, with_poster: int, collected_static: None, tmp_path: Path, images: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with ImageServer().running() as host:
        host.behaviour = "png"
        environment = {"IMAGES": images, "TMDB_IMAGE_URL": host.url, "HTTPS": "0", "MOVIEREC_DATA_DIR": str(tmp_path)}
        with serving(url_of(served_database), tmp_path, **environment) as site:
            page.goto(f"{site.url}/movies/{with_poster}/")
            poster = page.locator("movie-details movie-poster").first
            expect(poster.locator("typographic-poster")).to_be_attached()
            expect(poster.locator("img.loaded")).to_have_count(0 if images == "off" else 1)
            hosts = {urlsplit(url).netloc for url in asked if url.startswith("http")}
            others = {urlsplit(host.url).netloc} if images == "direct" else set()
            assert hosts == {urlsplit(site.url).netloc} | others
            assert (host.paths.count("/t/p/w342/it.png") == 1) == (images != "off")
