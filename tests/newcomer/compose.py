"""Walks the path of `docker compose up` without a container engine: the same services, settings and proxy.

python -m tests.newcomer.compose                  from this clone
python -m tests.newcomer.compose IMAGE [OPTION …] from an image, by `buildah OPTION …`, which needs root
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from movierec_site import embedded
from movierec_site.embedded.server import PORT as PGPORT
from tests.newcomer.check import Visitor, free_port, visit
from tests.newcomer.service_runners import ROOT, Clone, Image
from tests.support import compose_file

PATIENCE = 900


@dataclass
class Stack:
    """Services that run, each with its output in a file."""

    folder: Path
    runner: Clone | Image
    addresses: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def settings(self, service: str) -> dict[str, str]:
        """Return the environment of a service, with the addresses of this machine."""
        given: dict[str, Any] = compose_file.services({"SITE_ADDRESS": self.addresses["SITE_ADDRESS"]})[service][
            "environment"
        ]
        here = {name: value for name, value in self.addresses.items() if name in given or name in ("HOST", "PORT")}
        secrets = {name: value.replace("/secrets", self.runner.paths["secrets"]) for name, value in given.items()}
        return secrets | here | self.runner.settings

    def once(self, service: str, *arguments: str) -> str:
        """Run a service that ends, or another command with its settings; return what it says."""
        settings = self.settings(service)
        command = self.runner.command(*(arguments or compose_file.services()[service]["command"]), settings=settings)
        done = subprocess.run(
            command,
            env=self.runner.environment(settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, f"{service} {arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def script(self, name: str, *arguments: str, **settings: str) -> None:
        """Run one of the image's scripts."""
        command = self.runner.script(name, *arguments, settings=settings)
        subprocess.run(command, env=self.runner.environment(settings), check=True, timeout=PATIENCE)

    def start(self, service: str) -> None:
        """Start a service that goes on."""
        settings = self.settings(service)
        command = self.runner.command(*compose_file.services()[service]["command"], settings=settings)
        with self.log(service).open("wb") as out:
            self.processes[service] = subprocess.Popen(
                command, env=self.runner.environment(settings), stdout=out, stderr=out, start_new_session=True
            )

    def start_proxy(self, caddy: str) -> None:
        """Start Caddy with the file of the image's proxy."""
        ports = {"HTTP_PORT": str(free_port()), "HTTPS_PORT": self.addresses["SITE_ADDRESS"].rpartition(":")[2]}
        web = {"SITE_ADDRESS": self.addresses["SITE_ADDRESS"], "MOVIEREC_WEB": f"127.0.0.1:{self.addresses['PORT']}"}
        homes = {name: str(self.folder / "caddy") for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "HOME")}
        command = [caddy, "run", "--adapter", "caddyfile", "--config", str(ROOT / "deploy" / "Caddyfile")]
        with self.log("proxy").open("wb") as out:
            self.processes["proxy"] = subprocess.Popen(
                command, env=os.environ | ports | web | homes, stdout=out, stderr=out, start_new_session=True
            )

    def log(self, service: str) -> Path:
        return self.folder / f"{service}.log"

    def wait_for(self, condition: Callable[[], Any], what: str) -> None:
        """Wait for something to become true while all services run."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            for name, process in self.processes.items():
                assert process.poll() is None, f"{name} has ended before {what}"
            assert time.monotonic() < deadline, f"no {what} after {PATIENCE} s"
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop the services as an engine does, by SIGTERM to their first processes; all must end by themselves."""
        for name, process in self.processes.items():
            first_process(process.pid, name).send_signal(signal.SIGTERM)
        for name, process in self.processes.items():
            assert process.wait(PATIENCE) in (0, 143, -signal.SIGTERM), f"{name} ended with {process.returncode}"

    def kill(self) -> None:
        """Leave nothing behind."""
        for process in self.processes.values():
            with contextlib.suppress(psutil.NoSuchProcess):
                for one in (*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        one.kill()
            process.wait()


def first_process(pid: int, service: str) -> psutil.Process:
    """Return the outermost process of a service, below those that run it in its image."""
    top = psutil.Process(pid)
    family = [top, *top.children(recursive=True)]
    marks = ("gunicorn", "celery", "caddy")
    return next(
        one for one in family if "buildah" not in one.name() and any(mark in " ".join(one.cmdline()) for mark in marks)
    )


@contextlib.contextmanager
def servers(folder: Path) -> Iterator[dict[str, str]]:
    """Have a database and a broker of our own; yield their addresses."""
    redis_port = free_port()
    command = ["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with (
        embedded.serve(folder / "server", throw_away=True) as server,
        subprocess.Popen(command, stdout=subprocess.DEVNULL) as redis,
    ):
        server.socket_dir.chmod(0o711)  # the account of the image may connect
        (server.socket_dir / f".s.PGSQL.{PGPORT}").chmod(0o777)
        try:
            yield {"CELERY_BROKER_URL": f"redis://127.0.0.1:{redis_port}/0", "socket": str(server.socket_dir)}
        finally:
            redis.terminate()


def walk(stack: Stack) -> None:
    """Start everything in compose's order, visit the site through its proxy, and stop everything."""
    caddy = shutil.which("caddy", path=str(Path(sys.executable).parent)) or "caddy"
    began = time.monotonic()
    stack.script("write_secrets.py", stack.runner.paths["secrets"])
    stack.once("migrate")
    for service in ("web", "worker", "beat"):
        stack.start(service)
    stack.start_proxy(caddy)
    site = f"https://{stack.addresses['SITE_ADDRESS']}"
    said: list[str] = []
    first_run = threading.Thread(target=lambda: said.append(stack.once("first_run")))
    first_run.start()
    stack.wait_for(lambda: answers(site), "first page")
    print(f"  first page {time.monotonic() - began:.1f} s after the start", flush=True)
    bob = Visitor(site)
    bob.submit("/accounts/signup/", email="bob@example.com", password1="correct horse 8", password2="correct horse 8")
    stack.wait_for(lambda: recommendations(bob) or not (first_run.is_alive() or said), "first list")
    print(f"  first list {time.monotonic() - began:.1f} s after the start", flush=True)
    stack.wait_for(lambda: not first_run.is_alive(), "end of the first run")
    assert said, "the first run has failed"
    password = re.search(r"password: (\S+)", said[0])
    assert password, f"no admin's password in {said[0]}"
    visit(site, password[1])
    assert "ready already" in stack.once("first_run")
    stack.script("health_check.py", PORT=stack.addresses["PORT"])
    stack.once("web", "check", "--deploy", "--fail-level", "WARNING")
    stack.runner.check()
    stack.stop()
    print("  web, worker, beat and proxy have stopped when told to", flush=True)


def answers(site: str) -> bool:
    with contextlib.suppress(OSError):
        return "<html" in Visitor(site).get("/")
    return False


def recommendations(visitor: Visitor) -> list[Any]:
    with contextlib.suppress(OSError):  # no model yet
        return list(visitor.api("recommendations?limit=5")["results"])
    return []


def main() -> None:
    """Walk the path; an AssertionError says where it ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Told to stop."))
    folder = Path(tempfile.mkdtemp(prefix="movierec-compose-")).resolve()
    for name in ("data", "secrets"):
        (folder / name).mkdir()
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        known = stack.enter_context(servers(folder))
        (folder / "database").symlink_to(known.pop("socket"))
        runner: Clone | Image = Image(folder, sys.argv[1], sys.argv[2:]) if sys.argv[1:] else Clone(folder)
        if isinstance(runner, Image):
            stack.callback(runner.remove)
        where = f"postgresql://postgres@/movierec?host={runner.paths['database']}&port={PGPORT}"
        known |= {
            "DATABASE_URL": where,
            "SITE_ADDRESS": f"localhost:{free_port()}",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
        }
        services = Stack(folder, runner, known | {"HOST": "127.0.0.1", "PORT": str(free_port())})
        stack.callback(services.kill)
        try:
            walk(services)
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            for log in sorted(folder.glob("*.log")):
                print(f"== {log.name}", *log.read_text(errors="replace").splitlines()[-20:], sep="\n", file=sys.stderr)
            sys.exit(f"The path of compose ends here: {error}")
    print("The path of compose is clear.")


if __name__ == "__main__":
    main()
