"""OpenTelemetry and Sentry are off, and go where their settings say when they are on."""

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
import pytest

from tests.support.processes import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
from movierec_site import telemetry
telemetry.start()
import django
django.setup()
from django.test import Client
answer = Client(raise_request_exception=False, headers={"host": "localhost"}).get("/healthz")
try:
    import opentelemetry.trace as trace
    trace.get_tracer_provider().force_flush()
except (ImportError, AttributeError):
    pass
import sys
if "sentry_sdk" in sys.modules:
    import logging, sentry_sdk
    logging.getLogger("movierec").error("Something went wrong.")
    sentry_sdk.flush(10)
print(answer.status_code, "opentelemetry.sdk" in sys.modules, "sentry_sdk" in sys.modules)
"""


UNPACK: dict[str, Callable[[bytes], bytes]] = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
"""Sentry packs by Brotli where it is installed, as it is for static files."""


class Collector(ThreadingHTTPServer):
    """Takes what is sent, by path."""

    def __init__(self) -> None:
        self.taken: dict[str, bytes] = {}
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken[self.path] = UNPACK[self.headers.get("Content-Encoding", "")](body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def run(program: str = PROGRAM, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {"DJANGO_SETTINGS_MODULE": "movierec_site.settings", "HTTPS": "0"}
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | known | environment, capture_output=True, text=True, timeout=PATIENCE
    )


def test_both_are_off_by_default() -> None:
    assert run().stdout.split() == ["200", "False", "False"]


def test_requests_and_errors_go_where_the_settings_say(collector: Collector) -> None:
    pytest.importorskip("opentelemetry.sdk")
    pytest.importorskip("sentry_sdk")
    address = f"127.0.0.1:{collector.server_port}"
    done = run(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{address}", SENTRY_DSN=f"http://key@{address}/7")
    assert done.stdout.split() == ["200", "True", "True"], done.stderr
    spans = collector.taken["/v1/traces"]
    assert b"GET healthz" in spans or b"/healthz" in spans
    assert b"movierec" in spans
    sent = collector.taken["/api/7/envelope/"].decode()
    event = next(json.loads(line) for line in sent.splitlines() if "Something went wrong." in line)
    assert event["logger"] == "movierec"


@pytest.mark.parametrize(
    ("setting", "module", "extra"),
    [("SENTRY_DSN", "sentry_sdk", "sentry"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry.trace", "otel")],
)
def test_an_extra_that_is_not_installed_is_named(setting: str, module: str, extra: str) -> None:
    top = module.partition(".")[0]
    hidden = f"import sys; sys.modules[{top!r}] = None; sys.modules[{module!r}] = None\n{PROGRAM}"
    refused = run(hidden, **{setting: "http://key@127.0.0.1:1/7"})
    assert refused.stderr.strip().endswith(f"{setting} is set; install what it needs: pip install 'movierec[{extra}]'.")
