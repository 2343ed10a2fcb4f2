"""The metadata service of an instance, version 2, which tells the watcher beside a worker that the machine will go."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PREFIX = "/latest/meta-data/"
SPOT_NOTICE, SCALE_IN = "spot notice", "scale-in"
TOKEN = "a-token"


class MetadataService:
    """Serves from a thread until it is closed."""

    def __init__(self, address: str) -> None:
        self._paths = {"instance-id": "i-0123456789abcdef0", "autoscaling/target-lifecycle-state": "InService"}
        self._server = ThreadingHTTPServer((address, 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://{address}:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def announce(self, kind: str) -> None:
        """Say that the machine goes."""
        if kind == SCALE_IN:
            self._paths["autoscaling/target-lifecycle-state"] = "Terminated"
            return
        at = datetime.now(UTC) + timedelta(minutes=2)
        self._paths["spot/instance-action"] = json.dumps({"action": "terminate", "time": f"{at:%Y-%m-%dT%H:%M:%SZ}"})

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        paths = self._paths

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                self._answer(TOKEN if self.path == "/latest/api/token" else None)

            def do_GET(self) -> None:
                known = self.headers.get("X-aws-ec2-metadata-token") == TOKEN
                self._answer(paths.get(self.path.removeprefix(PREFIX)) if known else None)

            def _answer(self, text: str | None) -> None:
                self.send_response(404 if text is None else 200)
                self.send_header("Content-Length", str(len(text or "")))
                self.end_headers()
                self.wfile.write((text or "").encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
