"""The web server as it is deployed: gunicorn with deploy/gunicorn.conf.py."""

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.support.processes import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class WebServer:
    """A running server."""

    url: str
    log: Path

    def get(self, path: str, **headers: str) -> Answer:
        """Ask it; an error is an answer, too, and a redirection is not followed."""
        asked = urllib.request.Request(
            f"{self.url}{path}", headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        try:
            with urllib.request.build_opener(_NoRedirects).open(asked, timeout=PATIENCE) as answer:
                return Answer(answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode())


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@contextmanager
def serving(database_url: str, folder: Path, **environment: str) -> Iterator[WebServer]:
    """Run gunicorn on a database until the end of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    known = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": settings.SECRET_KEY,
        "MOVIEREC_DATA_DIR": str(settings.DATA_DIR),
        "STATIC_ROOT": str(settings.STATIC_ROOT),
        "PORT": str(port),
        "WEB_WORKERS": "1",
    }
    log = folder / "gunicorn.log"
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "movierec_site.wsgi"]
    with log.open("wb") as out, subprocess.Popen(
        command, cwd=ROOT, env=os.environ | known | environment, stdout=out, stderr=out
    ) as process:  # fmt: skip
        server = WebServer(f"http://127.0.0.1:{port}", log)
        try:
            assert wait_until(lambda: process.poll() is not None or _answers(server)), log.read_text()
            assert process.poll() is None, log.read_text()
            yield server
        finally:
            process.terminate()


def _answers(server: WebServer) -> bool:
    try:
        return server.get("/healthz").status == 200
    except OSError:
        return False
