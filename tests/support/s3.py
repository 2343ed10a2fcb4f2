"""S3 as moto plays it over HTTP in this process; tests may stop it and start it again, and what it holds stays."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from tests.support.brokers import free_port

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}


class S3:
    """A server with buckets."""

    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def client(self) -> Any:
        """A client of our own."""
        return boto3.client("s3", endpoint_url=self.url)

    def start(self) -> None:
        """Answer."""
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self._server.start()

    def stop(self) -> None:
        """Refuse connections."""
        self._server.stop()

    def make_bucket(self, name: str) -> dict[str, Any]:
        """Make a bucket; return the entry of STORAGES that leads there."""
        self.client.create_bucket(Bucket=name)
        options = {"bucket_name": name, "endpoint_url": self.url}
        return {"BACKEND": "movierec_site.artifact_bucket.ArtifactBucket", "OPTIONS": options}

    def empty(self, bucket: str) -> None:
        """Remove everything from a bucket."""
        for found in self.client.list_objects_v2(Bucket=bucket).get("Contents", ()):
            self.client.delete_object(Bucket=bucket, Key=found["Key"])


@contextmanager
def running() -> Iterator[S3]:
    """Run a server, and let this process and those it starts have keys."""
    before = {name: os.environ.get(name) for name in KEYS}
    os.environ.update(KEYS)
    server = S3()
    try:
        yield server
    finally:
        server.stop()
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
