"""Transports for brokers that must be polled, a folder and Amazon SQS, in Celery's event loop (ADR 0027)."""

from contextlib import suppress
from queue import Empty
from typing import Any

from botocore.exceptions import ClientError
from kombu.transport import SQS, filesystem, virtual


class Polling(virtual.Transport):
    """Polls for messages from the event loop; an error reaches Celery, which reconnects.

    Without an event loop, Celery's pool processes share a lock; if one is killed while it holds that, the others wait
    forever.
    """

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:
        """Start to poll; Celery stops it with the connection."""
        loop.call_repeatedly(self.polling_interval, self.poll)

    def poll(self) -> None:
        """Deliver the waiting messages, as many as there are free consumers."""
        with suppress(Empty):
            while True:
                self.cycle.get(self._deliver)  # type: ignore[union-attr]


class Folder(Polling, filesystem.Transport):
    """A folder with messages as files."""

    implements = filesystem.Transport.implements.extend(asynchronous=True)


class SQSChannel(SQS.Channel):
    """Polls with boto3. In kombu's own loop, the first response that is not OK stops the polling for good."""

    def _schedule_queue(self, queue: str) -> None:
        """Do not start kombu's loop."""


class Queue(Polling, SQS.Transport):
    """Amazon SQS."""

    Channel = SQSChannel
    connection_errors = (*SQS.Transport.connection_errors, ClientError)  # type: ignore[assignment]
    channel_errors = (*SQS.Transport.channel_errors, ClientError)  # type: ignore[assignment]
