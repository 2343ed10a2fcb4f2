"""Real worker processes on the test's database, on any broker."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection
from kombu import pools

from movierec_site.celery import app as celery_app
from movierec_site.celery import transport_options
from recommender.formats.generator.generate import generate
from recommender.models import Job
from recommender.services import job_kinds
from recommender.services.movielens import release
from recommender.services.training import similar_movies
from recommender.services.training.rating_arrays import adbc_uri
from tests.support.brokers import SERVERS, Broker
from tests.support.processes import is_alive, wait_until
from tests.tasks.slow_kinds import slow_similar_movies

ROOT = Path(__file__).resolve().parents[2]
LOST_AFTER = 3


class Workers:
    """Starts Celery workers and stops the ones that are left in the end."""

    def __init__(self, logs: Path, broker_url: str) -> None:
        self.logs, self.broker_url = logs, broker_url
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(
        self,
        n: int = 1,
        *,
        concurrency: int = 1,
        app: str = "movierec_site",
        options: tuple[str, ...] = (),
        before: tuple[str, ...] = (),
        **environment: str,
    ) -> list[subprocess.Popen[bytes]]:
        """Start workers and wait until they are ready; `app` may be `tests.tasks.slow_kinds`.

        `before` are the arguments of a Python that runs the worker's command.
        """
        options = ("--concurrency", str(concurrency), *options)
        started = [self._start([*options], app, environment, before) for _ in range(n)]
        for process in started:
            assert wait_until(lambda process=process: self._is_up(process)), self.log_of(process)
            assert process.poll() is None, self.log_of(process)
        return started

    def log_of(self, process: subprocess.Popen[bytes]) -> str:
        """Return what a worker has said."""
        return self._log(process).read_text()

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a worker and its pool at once, as a machine that vanishes does."""
        below = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGKILL)
        for each in below:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()

    def stop(self) -> None:
        """Kill all workers that still run."""
        for process in self.processes:
            if is_alive(process.pid):
                self.kill(process)

    def _start(
        self, options: list[str], app: str, environment: dict[str, str], before: tuple[str, ...]
    ) -> subprocess.Popen[bytes]:
        number = len(self.processes) + 1
        known = {
            "DATABASE_URL": adbc_uri(connection.settings_dict),
            "SECRET_KEY": settings.SECRET_KEY,
            "MOVIEREC_DATA_DIR": str(settings.DATA_DIR),
            "CELERY_BROKER_URL": self.broker_url,
            "JOB_LOST_AFTER": str(LOST_AFTER),
        }
        command = [sys.executable, *before] if before else []
        command += [sys.executable, "-m", "celery", "-A", app, "worker", "--hostname", f"worker-{number}@test"]
        command += ["--prefetch-multiplier", "1", "--loglevel", "INFO", *options]
        with (self.logs / f"worker-{number}.log").open("wb") as out:
            process = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | known | environment, stdout=out, stderr=out, start_new_session=True
            )
        self.processes.append(process)
        return process

    def _is_up(self, process: subprocess.Popen[bytes]) -> bool:
        """Tell whether a worker is ready, or is never going to be."""
        return " ready." in self.log_of(process) or process.poll() is not None

    def _log(self, process: subprocess.Popen[bytes]) -> Path:
        return self.logs / f"worker-{self.processes.index(process) + 1}.log"


@pytest.fixture(scope="session")
def broker_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Broker]]:
    """The brokers of our own that run so far, by name."""
    running: dict[str, Broker] = {}
    yield running
    for server in running.values():
        server.close()


@pytest.fixture
def broker(
    request: pytest.FixtureRequest, broker_servers: dict[str, Broker], tmp_path_factory: pytest.TempPathFactory
) -> Broker | None:
    """The broker that a test is parametrised with, running; None is the folder of the embedded set-up."""
    name = getattr(request, "param", "filesystem")
    if name == "filesystem":
        return None
    if name not in broker_servers:
        broker_servers[name] = SERVERS[name](tmp_path_factory.mktemp(name))
    broker_servers[name].start()  # a test may have stopped it
    return broker_servers[name]


@pytest.fixture
def broker_url(broker: Broker | None) -> str:
    """Where messages go."""
    return broker.url if broker else settings.CELERY_BROKER_URL


@pytest.fixture
def workers(tmp_path: Path, broker_url: str, transactional_db: None) -> Iterator[Workers]:
    """Workers to start, on a broker that this process uses, too."""
    usual = settings.CELERY_BROKER_URL
    use_broker(broker_url)
    started = Workers(tmp_path, broker_url)
    try:
        yield started
    finally:
        started.stop()
        use_broker(usual)


@pytest.fixture
def small_dataset(tmp_path: Path) -> Path:
    """A generated dataset on disk."""
    folder = tmp_path / "dataset"
    generate(folder, n_raters=80, n_movies=120, n_ratings=3_000, seed=1)
    return folder


@pytest.fixture
def undisturbed(workers: Workers, small_dataset: Path) -> str:
    """The sha256 of the similar movies that this process finds by itself, of the ratings in the database."""
    release.import_movielens(path=small_dataset)
    return similar_movies.build().artifact_sha256


@pytest.fixture
def slow_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process plans similar movies as the workers of `tests.tasks.slow_kinds` do."""
    slow = replace(job_kinds.KINDS[Job.Kind.SIMILAR_MOVIES], stages=slow_similar_movies)
    monkeypatch.setitem(job_kinds.KINDS, Job.Kind.SIMILAR_MOVIES, slow)


def use_broker(broker_url: str) -> None:
    """Let this process send its messages to a broker."""
    if broker_url == settings.CELERY_BROKER_URL:
        return
    settings.CELERY_BROKER_URL = broker_url
    celery_app.conf.update(
        broker_url=broker_url, broker_write_url=broker_url, broker_transport_options=transport_options()
    )
    pools.reset()
    celery_app._pool = None
    celery_app.amqp._producer_pool = None
