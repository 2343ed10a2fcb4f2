"""A stand-in for TMDB's image host on this machine, which misbehaves when told to."""

import contextlib
import threading
from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 100
PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGM44OAAAAMEAUGZwmssAAAAAElFTkSuQmCC")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


class ImageServer:
    """Counts what it is asked; answers with a JPEG, or as `behaviour` says."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.behaviour = ""
        self._stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/t/p"

    @contextlib.contextmanager
    def running(self) -> Iterator["ImageServer"]:
        """Serve from a thread."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield self
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                server.paths.append(self.path)
                with contextlib.suppress(OSError):
                    self.answer(server.behaviour)

            def answer(self, behaviour: str) -> None:
                name, _, detail = behaviour.partition(" ")
                if name == "":
                    self.say(200, "image/jpeg", JPEG)
                elif name == "png":
                    self.say(200, "image/png", PNG)
                elif name == "status":
                    self.say(int(detail), "image/jpeg", JPEG)
                elif name == "redirect":
                    self.say(302, "image/jpeg", b"", {"Location": f"{server.url}/elsewhere/secret.jpg"})
                elif name == "html":
                    self.say(200, "text/html", b"<title>Portal</title>")
                elif name == "svg":
                    self.say(200, "image/svg+xml", SVG)
                elif name == "svg-as-jpeg":
                    self.say(200, "image/jpeg", SVG)
                elif name == "endless":
                    self.start(200, "image/jpeg", {})
                    while not server._stopping.is_set():
                        self.wfile.write(JPEG * 100)
                elif name == "drip":
                    self.start(200, "image/jpeg", {})
                    while not server._stopping.wait(0.02):
                        self.wfile.write(b"\xff")
                elif name == "truncated":
                    self.start(200, "image/jpeg", {"Content-Length": str(len(JPEG) + 100)})
                    self.wfile.write(JPEG)
                elif name == "silence":
                    server._stopping.wait(30)
                else:
                    raise AssertionError(behaviour)

            def say(self, status: int, content_type: str, body: bytes, headers: dict[str, str] | None = None) -> None:
                self.start(status, content_type, {"Content-Length": str(len(body)), **(headers or {})})
                self.wfile.write(body)

            def start(self, status: int, content_type: str, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in ({"Content-Type": content_type} | headers).items():
                    self.send_header(name, value)
                self.end_headers()

        return Handler
