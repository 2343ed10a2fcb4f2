"""However IMDb's file server answers, a run ends: in one sentence, and with the catalogue as it was."""

import contextlib
import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from recommender.formats.imdb.table import ImdbError
from recommender.models import Movie
from recommender.services.catalogue import imdb
from recommender.services.movielens import download
from recommender.services.movielens.download import DownloadError
from tests.support import imdb_files

pytestmark = pytest.mark.django_db
MISBEHAVES_ON = "title.crew.tsv.gz"


class Server(ThreadingHTTPServer):
    """Serves the files of a folder, but one of them only as its behaviour says."""

    daemon_threads = True
    folder: Path
    behaviour = "good"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.stopping = threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[1]
        content = (self.server.folder / name).read_bytes()
        behaviour = self.server.behaviour if name == MISBEHAVES_ON else "good"
        with contextlib.suppress(OSError):
            self.misbehave(behaviour, content)

    def misbehave(self, behaviour: str, content: bytes) -> None:
        kind, _, detail = behaviour.partition(" ")
        if kind == "good" and self.headers["If-Modified-Since"]:
            self.say(304, b"")  # the test's files never change
        elif kind == "good" or (behaviour == "redirect once" and self.path.startswith("/moved/")):
            self.say(200, content)
        elif kind == "status":
            self.say(int(detail), b"Sorry.", {"Retry-After": "86400"})
        elif kind == "redirect":
            self.say(302, b"", {"Location": f"/moved/{MISBEHAVES_ON}"})
        elif kind == "endless":
            self.start(200)
            while True:
                self.wfile.write(content)
        elif kind == "silence":
            self.server.stopping.wait(30)
        elif kind == "short":
            self.start(200, {"Content-Length": str(len(content))})
            self.wfile.write(content[:-20])
        elif kind == "html":
            self.say(200, b"<title>Please sign in to this network</title>")
        elif kind == "cut":
            self.say(200, content[: len(content) // 2])
        elif kind == "garbled":
            self.say(200, content[:20] + b"\xff" * 20 + content[40:])
        else:
            raise AssertionError(behaviour)

    def say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.start(status, {"Content-Length": str(len(body)), **(headers or {})})
        self.wfile.write(body)

    def start(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()


@pytest.fixture
def server(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server of the made-up files, settings that lead there, and short waits."""
    monkeypatch.setattr(imdb, "TIMEOUT", 0.3)
    monkeypatch.setattr(download, "MAX_BYTES", 1 << 20)
    imdb_files.write(tmp_path / "published")
    settings.DATA_DIR = tmp_path
    with Server() as running:
        running.folder = tmp_path / "published"
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        settings.IMDB_URL = f"http://127.0.0.1:{running.server_port}"
        yield running
        running.stopping.set()
        running.shutdown()


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ("status 429", r"title\.crew\.tsv\.gz answered 429 Too Many Requests\.$"),
        ("status 503", r"title\.crew\.tsv\.gz answered 503 Service Unavailable\.$"),
        ("status 404", r"title\.crew\.tsv\.gz answered 404 Not Found\.$"),
        ("redirect for ever", r"title\.crew\.tsv\.gz cannot be downloaded: too many redirects\.$"),
        ("silence", r"title\.crew\.tsv\.gz cannot be downloaded: .*timed out.*\.$"),
        ("endless", r"title\.crew\.tsv\.gz is larger than 0 GB, which no such file is\.$"),
        ("short", r"title\.crew\.tsv\.gz broke off after \d+ of \d+ bytes; the next try will resume there\.$"),
        ("html", r"title\.crew\.tsv\.gz cannot be read: .*\. Fetch it again\.$"),
        ("cut", r"title\.crew\.tsv\.gz cannot be read: .*\. Fetch it again\.$"),
        ("garbled", r"title\.crew\.tsv\.gz cannot be read: .*\. Fetch it again\.$"),
    ],
)
def test_it_ends_in_one_sentence_and_the_next_run_succeeds(server: Server, behaviour: str, sentence: str) -> None:
    server.behaviour = behaviour
    with pytest.raises((DownloadError, ImdbError), match=sentence) as failed:
        imdb.fetch()
    assert "\n" not in str(failed.value)
    assert not Movie.objects.exists()
    part = server.folder.parent / "imdb" / f"{MISBEHAVES_ON}.part"
    assert part.exists() == (behaviour == "short")  # only what can be continued is kept
    server.behaviour = "good"
    assert imdb.fetch().added == 3


def test_it_follows_a_redirect(server: Server) -> None:
    server.behaviour = "redirect once"
    assert imdb.fetch().added == 3


def test_a_table_without_a_single_value_adds_nothing(server: Server) -> None:
    for file in server.folder.iterdir():
        header = gzip.decompress(file.read_bytes()).splitlines()[0]
        nothing = b"\t".join([b"\\N"] * (header.count(b"\t") + 1))
        file.write_bytes(gzip.compress(b"\n".join([header, nothing, nothing, b""])))
    assert str(imdb.fetch()) == "0 movies added, 0 updated, 0 unchanged, with 0 people in 0 credits"
