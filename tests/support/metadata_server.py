"""The metadata service of an EC2 instance on this machine, version 2: who has no token learns nothing."""

import contextlib
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from recommender.services.aws.notices import INTERRUPTION, LIFECYCLE_STATE, REBALANCE

PREFIX = "/latest/meta-data/"


class MetadataServer:
    """`paths` is what it knows; `asked` has the paths that it was asked for, `tokens` those that are valid."""

    def __init__(self, instance_id: str) -> None:
        self.paths = {"instance-id": instance_id, LIFECYCLE_STATE: "InService"}
        self.asked: list[str] = []
        self.tokens: set[str] = set()
        self.n_tokens = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def interrupt(self, *, seconds: float = 120) -> None:
        """Say that the spot instance will be terminated in so many seconds."""
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        self.paths[INTERRUPTION] = json.dumps({"action": "terminate", "time": f"{at:%Y-%m-%dT%H:%M:%SZ}"})

    def recommend_rebalance(self, *, seconds_ago: float = 0) -> None:
        """Say that the spot instance should be replaced."""
        at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
        self.paths[REBALANCE] = json.dumps({"noticeTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"})

    def scale_in(self) -> None:
        """Say that the Auto Scaling group is about to terminate the instance."""
        self.paths[LIFECYCLE_STATE] = "Terminated"

    @contextlib.contextmanager
    def running(self) -> Iterator["MetadataServer"]:
        """Serve from a thread."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                lifetime = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
                if self.path != "/latest/api/token" or not lifetime.isdigit():
                    self._answer(400)
                    return
                service.n_tokens += 1
                token = f"token-{service.n_tokens}"
                service.tokens.add(token)
                self._answer(200, token)

            def do_GET(self) -> None:
                path = self.path.removeprefix(PREFIX)
                if self.headers.get("X-aws-ec2-metadata-token") not in service.tokens:
                    self._answer(401)
                    return
                service.asked.append(path)
                if path in service.paths:
                    self._answer(200, service.paths[path])
                else:
                    self._answer(404)

            def _answer(self, status: int, text: str = "") -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
