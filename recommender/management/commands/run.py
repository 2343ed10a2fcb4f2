"""Run everything on one machine: database, web server, worker and schedule; set up a first run."""

import contextlib
import secrets
import signal
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from movierec_site import embedded, env
from movierec_site.processes import site_commands
from movierec_site.processes.supervisor import (
    AlreadyRunning,
    ChildDied,
    Supervisor,
    only_one,
    port_is_free,
    stop_signals,
)
from recommender.management.commands import worker

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - the address to connect to when listening everywhere
START_TIMEOUT = 60.0


class Command(BaseCommand):
    """`make run` and `movierec run`."""

    help = "Run movierec on this machine: database, web server, worker and schedule; set up what is missing."
    requires_system_checks = ()  # they import every page, which the web server does at the same time anyway

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=env.text("HOST") or "127.0.0.1", help="address to listen on")
        parser.add_argument(
            "--port", type=int, default=env.number("PORT", 8000, low=1, high=65535), help="port to listen on"
        )

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        if not 1 <= port <= 65535:
            raise CommandError(f"--port is {port}; give a number from 1 to 65535.")
        address = EVERYWHERE.get(host, host)
        url = f"http://{f'[{address}]' if ':' in address else address}:{port}/"
        try:
            with stop_signals(), only_one(settings.DATA_DIR, url):
                if not _is_free(host, port):
                    raise CommandError(
                        f"Port {port} of {host} is taken by another program; choose another with PORT={port + 1}."
                    )
                with self._database() as server:
                    self._run(server, host=host, port=port, address=address, url=url)
        except KeyboardInterrupt:
            self._say("Stopped.")
        except (AlreadyRunning, ChildDied, embedded.EmbeddedError) as error:
            raise CommandError(str(error)) from error

    @contextlib.contextmanager
    def _database(self) -> Iterator[embedded.Server | None]:
        if not settings.EMBEDDED:
            yield None
            return
        waiting = f"Waiting for another {settings.PROGRAM} command, which is using the database, to finish."
        with embedded.serve(settings.DATA_DIR, join=False, on_wait=lambda: self._say(waiting)) as server:
            yield server

    def _run(self, server: embedded.Server | None, *, host: str, port: int, address: str, url: str) -> None:
        from recommender.management import installation

        logs: Path = settings.DATA_DIR / "logs"
        supervisor = Supervisor(logs, say=self._say)
        if server is not None and server.process is not None:
            supervisor.watch("database", server.process, logs / "postgres.log")
        installation.migrate()
        installation.collect_static_files()
        stopping = threading.Event()
        try:
            start_web(supervisor, host=host, port=port)
            supervisor.wait_for_port(address, port, START_TIMEOUT)
            self._say(f"movierec is at {url}")
            self._recover_jobs()  # before any worker runs
            start_worker(supervisor)  # after the web server answers, so that they do not compete
            start_beat(supervisor)
            self._create_admin()
            threading.Thread(target=self._prepare, args=(url, stopping), name="first-run", daemon=True).start()
            supervisor.wait()
        finally:
            stopping.set()
            supervisor.stop()

    def _recover_jobs(self) -> None:
        from recommender.services import jobs

        if settings.EMBEDDED:  # no other machine runs workers, so every unfinished job was interrupted
            jobs.recover(lost_after=timedelta(0))
        else:
            jobs.recover()

    def _create_admin(self) -> None:
        from recommender.management import installation

        password = secrets.token_urlsafe(12)
        name = installation.create_first_admin(password)
        if name is not None:
            self._say(f"Admin: {name}, password: {password} (shown only once)")

    def _prepare(self, url: str, stopping: threading.Event) -> None:
        """Run the jobs that a fresh installation needs, while the site already answers."""
        from recommender.management import installation

        try:
            if installation.prepare():
                self._say(f"Everything is ready at {url}")
        except Exception as error:  # noqa: BLE001 - the site stays up whatever goes wrong here
            if not stopping.is_set():
                sys.stderr.write(f"{error}\nThe site stays up. Fix this and start again to finish the set-up.\n")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def start_web(supervisor: Supervisor, *, host: str, port: int) -> None:
    """Start gunicorn; its workers stop with their master, even if it is killed."""
    supervisor.start(
        "web",
        site_commands.web(),
        environment=site_commands.folders() | {"HOST": f"[{host}]" if ":" in host else host, "PORT": str(port)},
        cwd=settings.BASE_DIR,
        stop_signals=[(signal.SIGTERM, 4.0), (signal.SIGQUIT, 1.0)],
        death_signal=signal.SIGQUIT,
    )


def start_worker(supervisor: Supervisor) -> None:
    """Start the Celery worker; unfinished chunks are handed back when it stops, or recovered at the next start."""
    concurrency = env.text("WORKER_CONCURRENCY").lower() or worker.AUTO
    supervisor.start(
        "worker",
        site_commands.worker(worker.n_processes(concurrency)),
        environment=site_commands.folders() | {"WORKER_CONCURRENCY": concurrency},
        cwd=settings.BASE_DIR,
        stop_signals=[(signal.SIGTERM, 3.0), (signal.SIGQUIT, 2.0)],
        death_signal=signal.SIGQUIT,
    )


def start_beat(supervisor: Supervisor) -> None:
    """Start the process that starts scheduled jobs."""
    supervisor.start(
        "beat",
        site_commands.beat(),
        environment=site_commands.folders(),
        cwd=settings.BASE_DIR,
        stop_signals=[(signal.SIGTERM, 3.0)],
        death_signal=signal.SIGTERM,
    )


def _is_free(host: str, port: int) -> bool:
    try:
        return port_is_free(host, port)
    except OSError as error:
        raise CommandError(
            f"Nothing can listen on port {port} of {host} ({error.strerror}); set HOST to an address of this machine,"
            " and PORT to a port that this account may use."
        ) from error
