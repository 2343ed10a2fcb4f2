"""The machines of a game day: each has a network, a data folder and a worker of its own, and goes in several ways."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
from django.conf import settings
from django.core.management import get_commands

from tests.game_day.metadata import MetadataService
from tests.game_day.servers import BUCKET, Database, RedisOnTheBridge, Storage
from tests.support.network import Network
from tests.support.processes import PATIENCE, ROOT, wait_until

SLOW = "tests.tasks.slow_kinds"
LOST_AFTER = 10
"""Long enough that a busy machine is not taken for a lost one."""
N_THREADS = 1
WATCHED = [str(ROOT / "manage.py"), "watch_instance", "--", sys.executable]


class Machine:
    """A machine with one worker."""

    def __init__(self, name: str, network: Network, folder: Path, environment: dict[str, str]) -> None:
        self.name, self.network, self.folder = name, network, folder
        self._environment = environment | {"MOVIEREC_DATA_DIR": str(folder / name)}
        self.notices: MetadataService | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._n_started = 0

    @property
    def is_up(self) -> bool:
        """Whether its worker runs."""
        return self._process is not None and self._process.poll() is None

    def log(self) -> str:
        """Return what its workers have said."""
        return "\n".join(file.read_text() for file in sorted(self.folder.glob(f"{self.name}-*.log")))

    def start(self) -> None:
        """Start a worker, with the watcher beside it if there is one, and wait until it is ready."""
        self._n_started += 1
        self.notices = MetadataService(self.network.address)
        worker = ["-m", "celery", "-A", SLOW, "worker", "--concurrency", "1", "--prefetch-multiplier", "1"]
        worker += ["--hostname", f"worker@{self.name}", "--loglevel", "INFO"]
        before = WATCHED if "watch_instance" in get_commands() else []
        command = [*self.network.inside(self.name), sys.executable, *before, *worker]
        here = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.notices.url}
        log = self.folder / f"{self.name}-{self._n_started}.log"
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | self._environment | here, stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip
        assert wait_until(lambda: " ready." in log.read_text() or not self.is_up), log.read_text()
        assert self.is_up, log.read_text()

    def notify(self, kind: str) -> None:
        """Announce its end, as EC2 and the Auto Scaling group do, and wait until its worker has gone."""
        assert self._process is not None
        assert self.notices is not None
        if "watch_instance" in get_commands():
            self.notices.announce(kind)
        else:
            self._process.send_signal(signal.SIGTERM)  # what the watcher does about a notice
        self._process.wait(PATIENCE)
        self.notices.close()

    def kill(self) -> None:
        """Vanish."""
        for pid in self.pids():
            psutil.Process(pid).kill()
        if self._process is not None:
            self._process.wait(PATIENCE)
        assert wait_until(lambda: not self.pids())
        if self.notices is not None:
            self.notices.close()

    def pids(self) -> list[int]:
        """Return its processes."""
        return self.network.processes(self.name)


def machines(
    network: Network, folder: Path, database: Database, broker: RedisOnTheBridge, storage: Storage
) -> list[Machine]:
    """Return the machines of a network, none of which has been started."""
    environment = {
        "DATABASE_URL": database.url("movierec"),
        "SECRET_KEY": settings.SECRET_KEY,
        "HTTPS": "0",
        "CELERY_BROKER_URL": broker.url,
        "ARTIFACT_BUCKET": BUCKET,
        "AWS_ENDPOINT_URL": storage.url,
        "JOB_LOST_AFTER": str(LOST_AFTER),
        "MOVIEREC_THREADS": str(N_THREADS),
    }
    return [Machine(name, network, folder, environment) for name in network.machines]
