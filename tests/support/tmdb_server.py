"""A stand-in for The Movie Database on this machine: it serves a catalogue, and misbehaves when told to."""

import contextlib
import csv
import email.utils
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from recommender.models import Movie

KEY = "0123456789abcdef0123456789abcdef"
TOKEN = "eyJhbGciOi.eyJhdWQiOi.c2lnbmF0dXJl"
NO_SUCH_MOVIE = {"success": False, "status_code": 34, "status_message": "The resource could not be found."}
Behaviour = str
SEARCH = 0
"""Stands for the id where a request asks for a list."""
FILMS_A_PAGE, CHANGES_A_PAGE = 20, 100


def posters_of(release: Path | None, n_movies: int) -> dict[int, str]:
    """Return poster paths by TMDB id: of the catalogue beside a release, or made up."""
    file = release.parent / "catalog-2018" / "posters.csv" if release else None
    if file is None or not file.is_file():
        return {1000 + n: f"/poster{n}.jpg" for n in range(n_movies)}
    with file.open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["tmdbId"] and row["posterPath"]]
    return {int(row["tmdbId"]): row["posterPath"] for row in rows[:n_movies]}


class TmdbServer:
    """Counts what it is asked. `behave` queues a misbehaviour for an id, "always" ones go first for every request."""

    def __init__(self, posters: dict[int, str]) -> None:
        self.movies = {tmdb_id: movie(tmdb_id, poster) for tmdb_id, poster in posters.items()}
        self.asked: list[int] = []
        self.times: list[float] = []
        self.paths: list[str] = []
        self.changed: list[int] = []
        self.always: Behaviour = ""
        self.delay = 0.0
        self._stopping = threading.Event()
        self._queued: dict[int, deque[Behaviour]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/3"

    def behave(self, tmdb_id: int, *behaviours: Behaviour) -> None:
        """Answer the next requests for an id in these ways, and correctly after that."""
        self._queued[tmdb_id].extend(behaviours)

    @contextlib.contextmanager
    def running(self) -> Iterator["TmdbServer"]:
        """Serve from a thread."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield self
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def note(self, path: str) -> tuple[int, Behaviour]:
        """Count a request; return the id it asks for and how to behave."""
        last = urlsplit(path).path.rsplit("/", 1)[1]
        tmdb_id = int(last) if last.isdigit() else SEARCH
        with self._lock:
            self.times.append(time.monotonic())
            self.asked.append(tmdb_id)
            self.paths.append(path)
            queued = self._queued[tmdb_id]
            return tmdb_id, self.always or (queued.popleft() if queued else "")

    def page(self, path: str) -> dict[str, object]:
        """Return the page of a list that a request asks for."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        kind, size = urlsplit(path).path.removeprefix("/3"), FILMS_A_PAGE
        if kind == "/movie/changes":
            results: list[Any] = [{"id": tmdb_id, "adult": False} for tmdb_id in self.changed]
            size = CHANGES_A_PAGE
        elif kind == "/discover/movie":
            results = self.discover(asked)
        else:
            words = asked["query"].casefold()
            results = [found for found in self.movies.values() if words in str(found["title"]).casefold()]
        number = int(asked.get("page", "1"))
        n_pages = max(-(-len(results) // size), 1)
        return {"page": number, "total_pages": n_pages, "results": results[(number - 1) * size : number * size]}

    def discover(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        """Return the movies of the days and votes asked for, in the order asked for."""
        first, last = asked["primary_release_date.gte"], asked["primary_release_date.lte"]
        least, order = int(asked.get("vote_count.gte", "0")), asked["sort_by"].removesuffix(".desc")
        films: list[dict[str, Any]] = [dict(film) for film in self.movies.values()]
        there = [film for film in films if first <= film.get("release_date", "") <= last]
        return sorted((film for film in there if film.get("vote_count", 0) >= least), key=lambda film: -film[order])

    def found(self, path: str) -> list[dict[str, object]]:
        """Return the movies with the IMDb id that a request asks about."""
        imdb_id = urlsplit(path).path.rsplit("/", 1)[1]
        return [found for found in self.movies.values() if found.get("imdb_id") == imdb_id]

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                tmdb_id, behaviour = server.note(self.path)
                time.sleep(server.delay)
                keys = parse_qs(urlsplit(self.path).query).get("api_key", [])
                if KEY not in keys and self.headers["Authorization"] != f"Bearer {TOKEN}":
                    self.say(401, {"success": False, "status_code": 7})
                elif behaviour:
                    with contextlib.suppress(OSError):
                        self.misbehave(behaviour, tmdb_id)
                elif "/find/" in self.path:
                    self.say(200, {"movie_results": server.found(self.path), "tv_results": [{"id": 3, "name": "No"}]})
                elif tmdb_id == SEARCH:
                    self.say(200, server.page(self.path))
                elif tmdb_id in server.movies:
                    self.say(200, server.movies[tmdb_id])
                else:
                    self.say(404, NO_SUCH_MOVIE)

            def misbehave(self, behaviour: Behaviour, tmdb_id: int) -> None:
                name, _, detail = behaviour.partition(" ")
                good = json.dumps(server.movies.get(tmdb_id, {})).encode()
                if name == "status":
                    self.say(int(detail), {"status_message": "Sorry."})
                elif name == "wait":
                    self.say(429, {"status_code": 25}, {"Retry-After": detail})
                elif name == "wait-until":
                    date = email.utils.formatdate(time.time() + float(detail), usegmt=True)
                    self.say(429, {"status_code": 25}, {"Retry-After": date})
                elif name == "silence":
                    server._stopping.wait(float(detail))
                    self.close_connection = True
                elif name == "drip":
                    self.start(200, {"Content-Length": str(len(good))})
                    for n in range(len(good)):
                        self.wfile.write(good[n : n + 1])
                        time.sleep(0.05)
                elif name == "bad-json":
                    self.say(200, None, body=b'{"id": 1, "overview": ')
                elif name == "list":
                    self.say(200, None, body=b"[]")
                elif name == "other-movie":
                    self.say(200, movie(tmdb_id + 1, ""))
                elif name == "truncated":
                    self.start(200, {"Content-Length": str(len(good) + 100)})
                    self.wfile.write(good)
                    self.close_connection = True
                elif name == "html":
                    self.say(200, None, {"Content-Type": "text/html"}, body=b"<title>Portal</title>")
                elif name == "redirect":
                    self.say(302, {}, {"Location": self.path})
                elif name == "huge":
                    self.start(200, {"Content-Length": str(1 << 40)})
                    while True:
                        self.wfile.write(b" " * (1 << 16))
                else:
                    raise AssertionError(behaviour)

            def say(
                self, status: int, answer: object, headers: dict[str, str] | None = None, body: bytes | None = None
            ) -> None:
                content = json.dumps(answer).encode() if body is None else body
                self.start(status, {"Content-Length": str(len(content)), **(headers or {})})
                self.wfile.write(content)

            def start(self, status: int, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in ({"Content-Type": "application/json;charset=utf-8"} | headers).items():
                    self.send_header(name, value)
                self.end_headers()

        return Handler


def movie(tmdb_id: int, poster_path: str, **more: object) -> dict[str, object]:
    """Return a movie as TMDB tells of it."""
    return {
        "id": tmdb_id,
        "title": f"Movie {tmdb_id}",
        "original_title": f"Le film {tmdb_id}",
        "overview": f"What happens in {tmdb_id}.",
        "runtime": 100,
        "poster_path": poster_path or None,
        "budget": 7,
        "original_language": "fr",
        "tagline": "Nothing is as it seems.",
        "spoken_languages": [{"iso_639_1": "fr", "name": "Français"}, {"iso_639_1": "en", "name": "English"}],
        "production_countries": [{"iso_3166_1": "FR", "name": "France"}],
        "keywords": {"keywords": [{"id": 9, "name": "heist"}]},
        "alternative_titles": {"titles": [{"iso_3166_1": "DE", "title": f"Der Film {tmdb_id}", "type": ""}]},
    } | more


def add_movies(server: TmdbServer, n_movies: int) -> list[int]:
    """Store movies that the server knows, the most rated first, and return their TMDB ids."""
    tmdb_ids = list(server.movies)[:n_movies]
    for n, tmdb_id in enumerate(tmdb_ids):
        statistics = {"rating_count": 100 - n, "rating_mean": 3.5, "rating_median": 3.5}
        Movie.objects.create(pk=n + 1, title=f"Title {n}", tmdb_id=tmdb_id, **statistics)
    return tmdb_ids
