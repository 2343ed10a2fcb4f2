"""The brokers that have to be asked, a folder and Amazon's SQS, for Celery's event loop (ADR 0027)."""

from contextlib import suppress
from queue import Empty
from typing import Any

from botocore.exceptions import ClientError
from kombu.transport import SQS, filesystem, virtual


class Asked(virtual.Transport):
    """Asks for messages now and then from the event loop; an error reaches Celery, which connects again.

    Without an event loop, Celery's pool processes share a lock, and one that is killed while it holds that leaves the
    others waiting for ever.
    """

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:
        """Begin to ask; Celery ends it with the connection."""
        loop.call_repeatedly(self.polling_interval, self.ask)

    def ask(self) -> None:
        """Deliver what is there, as far as somebody is free to take it."""
        with suppress(Empty):
            while True:
                self.cycle.get(self._deliver)  # type: ignore[union-attr]


class Folder(Asked, filesystem.Transport):
    """Messages as files."""

    implements = filesystem.Transport.implements.extend(asynchronous=True)


class SQSChannel(SQS.Channel):
    """Asks with boto3. In kombu's own loop the first answer that is not OK ends the asking for good."""

    def _schedule_queue(self, queue: str) -> None:
        """Leave kombu's loop out."""


class Queue(Asked, SQS.Transport):
    """Amazon's queue."""

    Channel = SQSChannel
    connection_errors = (*SQS.Transport.connection_errors, ClientError)  # type: ignore[assignment]
    channel_errors = (*SQS.Transport.channel_errors, ClientError)  # type: ignore[assignment]
