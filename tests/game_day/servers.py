"""What the workers of a game day use: PostgreSQL, Redis and S3, where their machines reach them. Each can fail."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.management import call_command
from django.db import connection
from moto.server import ThreadedMotoServer

from movierec_site import embedded
from movierec_site.embedded import cluster
from tests.support.brokers import Redis, free_port

BUCKET = "artifacts"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
PORT = embedded.server.PORT


class Database:
    """A PostgreSQL that also listens on the bridge; this process uses its socket."""

    def __init__(self, folder: Path, address: str, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.address = folder, address
        self._running = contextlib.ExitStack()
        usual, make = cluster.parameters, cluster.make_cluster

        def parameters(data: Path, *, throw_away: bool) -> dict[str, str]:
            ours = {"listen_addresses": address} if data.is_relative_to(folder.resolve()) else {}
            return usual(data, throw_away=throw_away) | ours

        def make_cluster(data: Path, *arguments: Any, **options: Any) -> None:
            make(data, *arguments, **options)
            with (data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")

        patch.setattr(cluster, "parameters", parameters)
        patch.setattr(cluster, "make_cluster", make_cluster)

    def url(self, name: str) -> str:
        """The address of a database, as DATABASE_URL takes it."""
        return f"postgresql://{cluster.SUPERUSER}@{self.address}:{PORT}/{name}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._running.enter_context(embedded.serve(self.folder, throw_away=True))

    def stop(self) -> None:
        """Stop it at once: connections break, and it recovers from its log when it comes back."""
        self._running.close()
        connection.close()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let Django's connection of this process go there."""
        usual = dict(connection.settings_dict)
        names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
        theirs = embedded.settings_for(self.folder)
        connection.close()
        self.start()
        connection.settings_dict.update({name: theirs[name] for name in names})
        try:
            call_command("migrate", verbosity=0)
            with connection.cursor() as cursor:  # throw-away servers save that time; this one is to keep what it says
                cursor.execute("ALTER ROLE CURRENT_USER SET synchronous_commit TO on")
            connection.close()
            yield
        finally:
            self.stop()
            connection.settings_dict.update({name: usual[name] for name in names})


class RedisOnTheBridge(Redis):
    """Redis, listening where the machines are."""

    def __init__(self, folder: Path, address: str) -> None:
        super().__init__(folder)
        self.address = address

    @property
    def url(self) -> str:
        return f"redis://{self.address}:{self.port}/0"

    def command(self) -> list[str]:
        usual = super().command()
        return [self.address if word == "127.0.0.1" else word for word in usual] + ["--protected-mode", "no"]


class Storage:
    """S3 as moto plays it; what it holds stays while it is away."""

    def __init__(self, address: str) -> None:
        self.address, self.port = address, free_port()
        self.start()

    @property
    def url(self) -> str:
        """The address."""
        return f"http://{self.address}:{self.port}"

    def start(self) -> None:
        """Answer."""
        self._server = ThreadedMotoServer(ip_address=self.address, port=self.port, verbose=False)
        self._server.start()

    def stop(self) -> None:
        """Refuse connections."""
        self._server.stop()

    def use(self, settings: Any, patch: pytest.MonkeyPatch, cache: Path) -> None:
        """Make the bucket, and let this process keep its artifacts there."""
        for name, value in KEYS.items():
            patch.setenv(name, value)
        boto3.client("s3", endpoint_url=self.url).create_bucket(Bucket=BUCKET)
        options = {"bucket_name": BUCKET, "endpoint_url": self.url, "file_overwrite": False}
        backend = {"BACKEND": "movierec_site.artifact_bucket.ArtifactBucket", "OPTIONS": options}
        settings.STORAGES = settings.STORAGES | {"artifacts": backend}
        settings.ARTIFACT_CACHE_DIR = cache
