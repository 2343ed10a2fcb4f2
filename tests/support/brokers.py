"""Brokers of our own on free ports, which tests may stop and start again: Redis, RabbitMQ, and SQS as moto plays it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from kombu import Connection

from tests.support.processes import PATIENCE, wait_until

QUEUE = "movierec"
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""Debian's own; the one on its PATH wants to be another user."""
RABBITMQ_IS_STRICT = """
[{rabbit, [{consumer_timeout, 3000}, {channel_tick_interval, 1000}]}].
"""
"""What RabbitMQ does after half an hour, it does after seconds: it closes on a consumer that does not acknowledge."""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def needed(program: str, package: str) -> str:
    """Return the path of a program; without it a newcomer's test is skipped, and one in CI fails."""
    found = shutil.which(program)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(f"{program} is missing; in CI these tests must run (apt-get install {package}).")
    if found is None:
        pytest.skip(f"{program} is not installed (apt-get install {package})")
    return found


class Broker(ABC):
    """A server of our own, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The address, as CELERY_BROKER_URL takes it."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return how to start it."""

    def environment(self) -> Mapping[str, str]:
        """Return what it needs to know besides."""
        return {}

    def answers(self) -> bool:
        """Tell whether a client can talk to it."""
        try:
            with Connection(self.url, connect_timeout=5) as connection:
                connection.connect()
                return True
        except OSError:
            return False

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers."""
        if self._process is not None:
            return
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                env=os.environ | self.environment(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        assert wait_until(self.answers), (self.folder / "log").read_text()

    def stop(self) -> None:
        """Stop it; who is connected loses the connection."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None

    def close(self) -> None:
        """Stop it for good."""
        self.stop()


class Redis(Broker):
    """Forgets its messages when it is stopped."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        program = needed("redis-server", "redis-server")
        return [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]


class RabbitMQ(Broker):
    """A node of our own, with a port mapper of its own, that is impatient with slow consumers."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.mapper_port, self.node_port = free_port(), free_port()
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        (folder / "advanced.config").write_text(RABBITMQ_IS_STRICT)
        (folder / "plugins").write_text("[].\n")

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def command(self) -> list[str]:
        return [str(RABBITMQ) if RABBITMQ.exists() else needed("rabbitmq-server", "rabbitmq-server")]

    def environment(self) -> Mapping[str, str]:
        return {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self.mapper_port),
            "RABBITMQ_NODENAME": f"movierec{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.node_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
        }

    def close(self) -> None:
        """Stop it, and the port mapper that it has started."""
        super().close()
        if shutil.which("epmd"):
            environment = os.environ | self.environment()
            subprocess.run(["epmd", "-kill"], env=environment, capture_output=True, check=False)


class SQS(Broker):
    """Moto's SQS over HTTP. It forgets its queues when it is stopped, which Amazon's never does; they are made anew."""

    @property
    def url(self) -> str:
        return f"sqs://testing:testing@127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "moto.server", "--port", str(self.port)]

    def answers(self) -> bool:
        client = boto3.client(
            "sqs",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        try:
            client.create_queue(QueueName=QUEUE)
        except (BotoCoreError, ClientError):
            return False
        return True

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)  # it takes its time over SIGTERM
        super().stop()


SERVERS: dict[str, type[Broker]] = {"redis": Redis, "rabbitmq": RabbitMQ, "sqs": SQS}
