"""Memory of the web processes: gunicorn as in production, two workers that have served every kind of list."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import psutil

N_WORKERS, N_ROUNDS = 2, 40
MB = 1 << 20
CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "gunicorn.conf.py"


def report(session_key: str, paths: Sequence[str]) -> None:
    """Serve these paths to a signed-in user and print what each worker takes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PORT": str(port), "WEB_WORKERS": str(N_WORKERS)}
    command = [sys.executable, "-m", "gunicorn", "-c", str(CONFIGURATION), "movierec_site.wsgi"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for path in (*paths, *paths * N_ROUNDS):  # the first ones wait for the server
                _get(f"http://127.0.0.1:{port}{path}", session_key)
            _print(server.pid)
        finally:
            server.terminate()


def _print(pid: int) -> None:
    print(f"{'web process, MB':<34}{'private':>8}{'shared':>8}{'resident':>10}   (shared in equal parts; target 500)")
    for worker in psutil.Process(pid).children():
        memory = worker.memory_full_info()
        print(
            f"{'worker':<34}{memory.uss / MB:>8.0f}{(memory.pss - memory.uss) / MB:>8.0f}{memory.rss / MB:>10.0f}",
            flush=True,
        )


def _get(url: str, session_key: str) -> None:
    request = urllib.request.Request(url, headers={"Cookie": f"sessionid={session_key}"})
    for _ in range(150):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()
                return
        except urllib.error.HTTPError:
            raise
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("The site did not answer.")
