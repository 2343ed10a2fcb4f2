"""Walks a newcomer's path: a fresh clone, `make run`, a visit, Ctrl-C; then the rough ends. Standard library only."""

import contextlib
import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
FIRST_RUN_SECONDS = 900
FIRST_PAGE_SECONDS, SLOWEST_MACHINE = 5.0, 3  # what a machine of today needs, and how many times as long others may
STOP_SECONDS = 12.0
OUR_SETTINGS = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "VIRTUAL_ENV")


class Visitor:
    """A browser without a screen: cookies, forms and JSON."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.cookies),
            urllib.request.HTTPSHandler(context=ssl._create_unverified_context()),  # only our own proxy has TLS
        )

    def get(self, path: str) -> str:
        return self.fetch(path).decode()

    def fetch(self, path: str) -> bytes:
        with self.opener.open(self.site + path, timeout=60) as answer:
            return bytes(answer.read())

    def api(self, path: str, method: str = "GET", body: Any = None) -> Any:
        request = urllib.request.Request(self.site + "/api/v1/" + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        request.add_header("X-CSRFToken", self._cookie("csrftoken"))
        request.add_header("Referer", self.site + "/")
        with self.opener.open(request, timeout=60) as answer:
            text = answer.read().decode()
        return json.loads(text) if text else None

    def submit(self, path: str, **fields: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path))
        assert token, f"{path} has no form"
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        request = urllib.request.Request(self.site + path, data=data, headers={"Referer": self.site + path})
        with self.opener.open(request, timeout=60) as answer:
            return answer.read().decode()

    def is_signed_in(self) -> bool:
        return bool(self._cookie("sessionid"))

    def _cookie(self, name: str) -> str:
        return next((cookie.value or "" for cookie in self.cookies if cookie.name == name), "")


class Run:
    """A `make run` in a terminal of its own, whose output is kept and shown."""

    def __init__(self, clone: Path, port: int) -> None:
        self.clone, self.site, self.lines = clone, f"http://127.0.0.1:{port}", []
        self.began = time.monotonic()
        keep = {name: value for name, value in os.environ.items() if not name.startswith("MOVIEREC_")}
        environment = {name: value for name, value in keep.items() if name not in OUR_SETTINGS}
        self.process = subprocess.Popen(
            ["make", "run", f"PORT={port}"],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip())
            print(f"    | {line.rstrip()}", flush=True)

    def line(self, pattern: str) -> re.Match[str] | None:
        return next((found for line in list(self.lines) if (found := re.search(pattern, line))), None)

    def wait_for(self, condition: Callable[[], Any], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, f"make run ended before {what}"
            assert not self.line("The site stays up. Fix this"), f"make run could not prepare everything: no {what}"
            assert time.monotonic() < deadline, f"no {what} after {seconds:.0f} s"
            time.sleep(0.05)

    def wait_for_page(self, seconds: float) -> float:
        def answers() -> bool:
            with contextlib.suppress(OSError):
                return "<html" in Visitor(self.site).get("/")
            return False

        self.wait_for(answers, seconds, "first page")
        return time.monotonic() - self.began

    def pid_of(self, mark: str) -> int:
        """Return the oldest of our processes whose command line has a mark."""
        return min(pid for pid, command in processes(self.clone) if mark in command)

    def ends(self, how: str, *, within: float = STOP_SECONDS) -> None:
        began = time.monotonic()
        self.process.wait(within)
        while left := processes(self.clone):
            assert time.monotonic() - began < within, f"left behind after {how}: {left}"
            time.sleep(0.1)
        self.reader.join(5)
        print(f"  {how}: everything gone after {time.monotonic() - began:.1f} s", flush=True)


def processes(clone: Path) -> list[tuple[int, str]]:
    """Return the living processes that run programs of the clone."""
    listing = subprocess.run(["ps", "-eo", "pid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    found = []
    for line in listing.splitlines():
        pid, state, command = line.split(None, 2)
        try:
            folder = str(Path(f"/proc/{pid}/cwd").readlink())
        except OSError:
            folder = ""
        if not state.startswith("Z") and (str(clone) in command or folder.startswith(str(clone))):
            found.append((int(pid), command))
    return found


def visit(site: str, admin_password: str) -> None:
    """See the pages, sign up, rate, be recommended something, and look in as the admin."""
    stranger = Visitor(site)
    for asset in re.findall(r'(?:href|src)="(/static/[^"]+)"', stranger.get("/")):
        stranger.fetch(asset)
    stranger.get("/api/docs")
    refused = 0
    try:
        stranger.api("ratings/1", "PUT", {"stars": 4})
    except urllib.error.HTTPError as error:
        refused = error.code
    assert refused in (401, 403), f"a stranger's rating is answered with {refused or 200}"

    alice = Visitor(site)
    alice.submit(
        "/accounts/signup/", email="alice@example.com", password1="correct horse 7", password2="correct horse 7"
    )
    assert alice.is_signed_in(), "signing up does not sign in"
    found = alice.api("search?q=" + ("matrix" if "MOVIELENS_DATA" in os.environ else "the"))["results"]
    assert found, "the search finds nothing"
    rated = [movie["movie_id"] for movie in found[:3]]
    alice.api(f"ratings/{rated[0]}", "PUT", {"stars": 4.5})
    before = alice.api("recommendations?limit=20")["results"]
    for movie_id in rated[1:]:
        alice.api(f"ratings/{movie_id}", "PUT", {"stars": 1.5})
    after = alice.api("recommendations?limit=20")["results"]
    assert len(after) == 20, f"{len(after)} recommendations instead of 20"
    assert not {movie["movie_id"] for movie in after} & set(rated), "a rated movie is recommended"
    assert after != before, "the ratings change nothing"
    assert alice.api("ratings")["count"] == len(rated)
    print(f"  alice rated {[movie['title'] for movie in found[:3]]}, is recommended {after[0]['title']}", flush=True)

    admin = Visitor(site)
    page = admin.submit("/accounts/login/", login="admin", password=admin_password, next="/admin/")
    assert admin.is_signed_in(), "the printed password does not open the admin"
    assert "Log out" in page, "the admin's page does not look signed in"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def first_run(clone: Path, port: int) -> None:
    run = Run(clone, port)
    ready = r"ready at (http\S+)"
    run.wait_for(lambda: run.line(ready), FIRST_RUN_SECONDS, "address")
    print(f"  from a fresh clone to ready in {time.monotonic() - run.began:.0f} s", flush=True)
    admin = run.line(r"password: (\S+)")
    assert admin, "no admin's password is printed"
    visit(run.site, admin[1])
    second = subprocess.run(["make", "run", f"PORT={port}"], cwd=clone, capture_output=True, text=True, check=False)
    assert second.returncode != 0, "a second make run starts"
    assert f"already running at {run.site}" in second.stderr, second.stderr
    os.killpg(run.process.pid, signal.SIGINT)  # what a terminal does on Ctrl-C
    run.ends("Ctrl-C")


def rough_ends(clone: Path, port: int) -> list[float]:
    """Start again and again, each time ended otherwise; return the seconds to each first page."""
    seconds = []
    for name, mark in (("supervisor", "manage.py run"), ("database", "bin/postgres")):
        run = Run(clone, port)
        seconds.append(run.wait_for_page(60))
        print(f"  first page {seconds[-1]:.1f} s after the command", flush=True)
        run.wait_for(lambda: any(" worker " in command for _, command in processes(clone)), 60, "worker")
        os.kill(run.pid_of(mark), signal.SIGKILL)
        run.ends(f"SIGKILL of the {name}")
        assert run.process.returncode != 0, f"make run ends well although the {name} was killed"
    run = Run(clone, port)
    seconds.append(run.wait_for_page(60))
    assert not run.line("password:"), "the second run makes an admin again"
    os.kill(run.pid_of("gunicorn"), signal.SIGKILL)
    run.wait_for(lambda: run.line("is started again in"), 30, "word of the web server's death")
    run.wait_for_page(60)
    print("  the web server was killed and serves again", flush=True)
    run.process.send_signal(signal.SIGTERM)
    run.ends("SIGTERM")
    return seconds


def main() -> None:
    """Walk the path; an AssertionError says where it ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Told to stop."))
    folder = Path(tempfile.mkdtemp(prefix="movierec-newcomer-")).resolve()
    clone, port = folder / "movierec", free_port()
    try:
        subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
        first_run(clone, port)
        seconds = rough_ends(clone, port)
        shown, limit = ", ".join(f"{value:.1f}" for value in seconds), SLOWEST_MACHINE * FIRST_PAGE_SECONDS
        print(f"  first pages after {shown} s, to be {FIRST_PAGE_SECONDS:.0f} s", flush=True)
        assert min(seconds) <= limit, f"the first page takes more than {limit:.0f} s"
    except (AssertionError, urllib.error.URLError, subprocess.TimeoutExpired) as error:
        for log in sorted((clone / "var" / "logs").glob("*.log")):
            print(f"== {log.name}", *log.read_text(errors="replace").splitlines()[-20:], sep="\n", file=sys.stderr)
        where = f" ({error.url}: {error.read()[:300]!r})" if isinstance(error, urllib.error.HTTPError) else ""
        sys.exit(f"The newcomer's path ends here: {error}{where}")
    finally:
        for pid, _ in processes(folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
    print("The newcomer's path is clear.")


if __name__ == "__main__":
    main()
