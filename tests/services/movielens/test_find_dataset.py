"""A dataset is always found; downloads are real, from a server in the test process."""

import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zipfile import ZipFile

import pytest
from pytest_django import Settings

from recommender.formats.generator.generate import generate
from recommender.formats.movielens import DatasetError, read_dataset
from recommender.services.movielens import find_dataset
from recommender.services.movielens.find_dataset import locate_dataset
from tests.support.processes import PATIENCE


class GroupLens(ThreadingHTTPServer):
    """Serves one zip, well or badly."""

    daemon_threads = True
    content = b""
    md5 = ""
    behaviour = "good"
    ranges: list[str | None]
    hosts: list[str | None]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    server: GroupLens

    def do_GET(self) -> None:
        site = self.server
        if self.path.endswith(".md5"):
            return self.answer(200, site.md5.encode()) if site.md5 else self.answer(404, b"")
        site.ranges.append(self.headers.get("Range"))
        site.hosts.append(self.headers.get("Host"))
        if site.behaviour == "broken":
            return self.answer(500, b"")
        if site.behaviour == "hanging":
            time.sleep(3)
            return None
        if site.behaviour == "truncated":
            self.send_response(200)
            self.send_header("Content-Length", str(len(site.content)))
            self.end_headers()
            self.wfile.write(site.content[:50_000])
            return None
        if site.behaviour == "moved" and not self.path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", f"/moved{self.path}")
            self.end_headers()
            return None
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if start > len(site.content):
            return self.answer(416, b"")
        return self.answer(206 if start else 200, site.content[start:])

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("release")
    generate(folder / "ml-latest-small", n_raters=500, n_movies=1_000, n_ratings=90_000)
    with ZipFile(folder / "release.zip", "w") as archive:
        for file in sorted((folder / "ml-latest-small").iterdir()):
            archive.write(file, f"ml-latest-small/{file.name}")
    return (folder / "release.zip").read_bytes()


@pytest.fixture
def grouplens(release: bytes, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[GroupLens]:
    settings.MOVIELENS_DATA = ""
    monkeypatch.setattr(find_dataset, "N_RATINGS", 2_000)
    monkeypatch.setattr(find_dataset, "N_RATERS", 50)
    with GroupLens(("127.0.0.1", 0), Handler) as site:
        site.content, site.ranges, site.hosts = release, [], []
        threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield site
        site.shutdown()


def locate(site: GroupLens, data_dir: Path) -> tuple[Path, list[str]]:
    said: list[str] = []
    timeout = 1.0 if site.behaviour == "hanging" else PATIENCE
    return locate_dataset(data_dir=data_dir, base_url=site.url, say=said.append, timeout=timeout), said


def assert_generated(path: Path, said: list[str], reason: str) -> None:
    assert path.name == "generated-small"
    assert len(read_dataset(path).ratings) == 2_000
    assert len(said) == 1
    assert reason in said[0]
    assert "made up" in said[0]
    assert "MOVIELENS_DATA" in said[0]


def test_it_downloads_once(grouplens: GroupLens, tmp_path: Path) -> None:
    shares: list[float] = []
    path = locate_dataset(
        data_dir=tmp_path, base_url=grouplens.url, on_progress=lambda share, message="": shares.append(share)
    )
    assert path == tmp_path / "datasets" / "ml-latest-small.zip"
    assert path.read_bytes() == grouplens.content
    assert (shares == sorted(shares), shares[-1]) == (True, 1.0)
    assert locate(grouplens, tmp_path) == (path, [])
    assert len(grouplens.ranges) == 1
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_it_accepts_the_published_checksum(grouplens: GroupLens, tmp_path: Path) -> None:
    grouplens.md5 = f"MD5 (ml-latest-small.zip) = {hashlib.md5(grouplens.content).hexdigest()}"
    assert locate(grouplens, tmp_path)[0].name == "ml-latest-small.zip"


def test_it_refuses_a_wrong_checksum(grouplens: GroupLens, tmp_path: Path) -> None:
    grouplens.md5 = "0" * 32 + "  ml-latest-small.zip"
    assert_generated(*locate(grouplens, tmp_path), "arrived damaged")
    assert [file.name for file in (tmp_path / "datasets").iterdir()] == ["generated-small"]


def test_it_resumes_a_download_that_broke_off(grouplens: GroupLens, tmp_path: Path) -> None:
    grouplens.behaviour = "truncated"
    assert_generated(*locate(grouplens, tmp_path), "broke off after 50000 of")
    grouplens.behaviour = "good"
    path, said = locate(grouplens, tmp_path)
    assert (path.read_bytes(), said) == (grouplens.content, [])
    assert grouplens.ranges == [None, "bytes=50000-"]


def test_it_starts_again_when_the_server_has_less_than_was_kept(grouplens: GroupLens, tmp_path: Path) -> None:
    kept = tmp_path / "datasets" / "unchecked-ml-latest-small.zip.part"
    kept.parent.mkdir()
    kept.write_bytes(grouplens.content + b"more")
    path, said = locate(grouplens, tmp_path)
    assert (path.read_bytes(), said) == (grouplens.content, [])
    assert grouplens.ranges == [f"bytes={len(grouplens.content) + 4}-", None]


def test_it_follows_a_redirect(grouplens: GroupLens, tmp_path: Path) -> None:
    grouplens.behaviour = "moved"
    path, said = locate(grouplens, tmp_path)
    assert (path.read_bytes(), said) == (grouplens.content, [])


def test_it_uses_the_proxy_of_the_environment(
    grouplens: GroupLens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", grouplens.url)
    said: list[str] = []
    path = locate_dataset(data_dir=tmp_path, base_url="http://files.example/", say=said.append)
    assert (path.read_bytes(), said) == (grouplens.content, [])
    assert grouplens.hosts == ["files.example"]


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [("broken", "answered 500 Internal Server Error"), ("hanging", "cannot be downloaded: timed out")],
)
def test_it_generates_when_the_server_fails(grouplens: GroupLens, tmp_path: Path, behaviour: str, reason: str) -> None:
    grouplens.behaviour = behaviour
    assert_generated(*locate(grouplens, tmp_path), reason)


def test_it_generates_without_a_network(grouplens: GroupLens, tmp_path: Path) -> None:
    grouplens.shutdown()
    grouplens.server_close()
    assert_generated(*locate(grouplens, tmp_path), "] Connection refused)")


def test_it_generates_when_the_download_is_not_a_release(grouplens: GroupLens, tmp_path: Path) -> None:
    grouplens.content = b"<html>Please sign in to this network</html>"
    assert_generated(*locate(grouplens, tmp_path), "not a MovieLens release")


def test_it_prefers_the_configured_release(grouplens: GroupLens, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "given.zip").write_bytes(grouplens.content)
    settings.MOVIELENS_DATA = str(tmp_path / "given.zip")
    assert locate(grouplens, tmp_path) == (tmp_path / "given.zip", [])
    assert grouplens.ranges == []


def test_it_says_that_the_configured_release_is_wrong(grouplens: GroupLens, settings: Settings, tmp_path: Path) -> None:
    settings.MOVIELENS_DATA = str(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match=r"MOVIELENS_DATA cannot be used: .*nowhere does not exist"):
        locate(grouplens, tmp_path)
