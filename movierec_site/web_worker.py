"""Gunicorn's threaded worker, with the reading of requests left to its main loop: slow connections hold no thread."""

import errno
import re
import selectors
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker

REQUEST_SECONDS = 60.0
"""How long a request may take to arrive, from its first byte or the opening of its connection."""
MAX_HEAD = 1 << 16
MAX_BODY = 13 << 20
"""A little more than the largest upload; longer bodies are refused by their announced length and never read."""
MAX_HELD = 128 << 20
"""Bytes of unfinished requests that a process holds; beyond that, a connection that sends more is closed."""
BLOCK = 1 << 16
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*\r\n", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Arriving:
    """What has arrived of a request."""

    def __init__(self, data: bytes, say: Callable[[bytes], object]) -> None:
        self.data, self._say = bytearray(data), say
        self._length: int | None = None

    def is_whole(self) -> bool:
        """Return whether a thread can take the request without waiting for its client."""
        if self._length is None:
            end = self.data.find(HEAD_END)
            if end < 0:
                return len(self.data) > MAX_HEAD  # the parser refuses it
            head = bytes(self.data[: end + len(HEAD_END)])
            announced = LENGTH.search(head)
            body = int(announced[1]) if announced else 0
            self._length = len(head) + (body if body <= MAX_BODY else 0)
            if EXPECTS.search(head):
                self._say(CONTINUE)
        return len(self.data) >= self._length


class Worker(ThreadWorker):
    """Gives a connection to a thread when its request has arrived whole."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._arriving: dict[TConn, Arriving] = {}
        self._n_held = 0

    def accept(self, listener: Any) -> None:
        """Accept a connection and wait for its request."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                return
            raise
        self.nr_conns += 1
        self.enqueue_req(TConn(self.cfg, client, address, listener.getsockname()))

    def enqueue_req(self, conn: TConn) -> None:
        """Wait for the next request of a connection, of which some may have been read already."""
        early = conn.parser.unreader.take_buffered() if conn.parser is not None else b""
        arriving = self._arriving[conn] = Arriving(early, lambda data: _send(conn, data))
        self._n_held += len(early)
        if early and arriving.is_whole():
            self._hand_over(conn)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + REQUEST_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_pending_socket_readable(self, conn: TConn, client: Any) -> None:
        """Read what has arrived, and hand the connection over once that is a whole request, or all there will be."""
        try:
            data = client.recv(BLOCK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        arriving = self._arriving[conn]
        arriving.data += data
        self._n_held += len(data)
        if data and not arriving.is_whole() and self._n_held <= MAX_HELD:
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        if arriving.data and self._n_held <= MAX_HELD:
            self._hand_over(conn)
        else:
            self._forget(conn)
            self.nr_conns -= 1
            conn.close()

    def murder_pending(self) -> None:
        """Close connections whose requests take too long to arrive."""
        now = time.monotonic()
        for conn in list(self.pending_conns):
            if conn.timeout > now:
                break
            self._forget(conn)
        super().murder_pending()

    def _hand_over(self, conn: TConn) -> None:
        data = self._forget(conn)
        if conn.parser is None:
            conn.parser = http.get_parser(self.cfg, conn.sock, conn.client)
        conn.initialized = conn.data_ready = True
        conn.parser.unreader.unread(data)
        super().enqueue_req(conn)

    def _forget(self, conn: TConn) -> bytes:
        arriving = self._arriving.pop(conn)
        self._n_held -= len(arriving.data)
        return bytes(arriving.data)


def _send(conn: TConn, data: bytes) -> None:
    try:
        conn.sock.send(data)
    except OSError:  # it has gone; reading will tell
        return
