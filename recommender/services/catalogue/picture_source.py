"""Asks TMDB's image host for a picture: once, within bounds of time and size, and not while it is away."""

import logging
import threading
import time
from http import HTTPStatus
from typing import Final

import urllib3
from django.conf import settings
from urllib3.exceptions import HTTPError

logger = logging.getLogger(__name__)
MAX_BYTES: Final = 3 << 20
BLOCK_BYTES: Final = 1 << 16
READ_TIMEOUT = 3.0
"""Seconds without any data after which the host counts as away."""
RESPONSE_TIMEOUT = 5.0
"""Seconds that a whole picture may take, even if data keeps arriving."""
AWAY_FOR = 30.0
"""Seconds for which a host that was away is not asked; then one request tries it."""
ABSENT: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
CONTENT_TYPES: Final = ("image/jpeg", "image/png", "image/webp")
_pool = urllib3.PoolManager(maxsize=8, retries=False)


class AbsentError(Exception):
    """The host is there and says that it does not have the picture."""


class _Away(Exception):
    """The host does not respond as it should."""


class _State:
    """What the threads of this process know of the host."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.away_until = float("-inf")

    def may_ask(self) -> bool:
        """Tell whether a request may be sent; after an outage, only one until it has been answered."""
        with self.lock:
            now = time.monotonic()
            if now < self.away_until:
                return False
            if self.away_until > float("-inf"):
                self.away_until = now + AWAY_FOR
            return True

    def note(self, *, away: bool) -> None:
        """Note how a request ended."""
        with self.lock:
            self.away_until = time.monotonic() + AWAY_FOR if away else float("-inf")


state = _State()


def fetch(path: str) -> bytes | None:
    """Return the picture at a path of the image host; None if it answers with something else, or is away."""
    if not state.may_ask():
        return None
    try:
        content = _get(f"{settings.TMDB_IMAGE_URL}/{path}")
    except (HTTPError, OSError, _Away) as error:
        state.note(away=True)
        logger.warning("Pictures: the image host is away (%s); it is asked again in %g s.", error, AWAY_FOR)
        return None
    except AbsentError:
        state.note(away=False)
        raise
    state.note(away=False)
    return content


def _get(url: str) -> bytes | None:
    deadline = time.monotonic() + RESPONSE_TIMEOUT
    timeout = urllib3.Timeout(connect=READ_TIMEOUT, read=READ_TIMEOUT)
    headers = {"Accept": ", ".join(CONTENT_TYPES), "User-Agent": "movierec"}
    response = _pool.request("GET", url, headers=headers, redirect=False, preload_content=False, timeout=timeout)
    content, complete = bytearray(), False
    try:
        if response.status == HTTPStatus.TOO_MANY_REQUESTS or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _Away(f"it answered {response.status}")
        if response.status in ABSENT:
            raise AbsentError
        content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if response.status != HTTPStatus.OK or content_type not in CONTENT_TYPES:
            return None
        while block := response.read1(BLOCK_BYTES):
            content += block
            if len(content) > MAX_BYTES:
                return None
            if time.monotonic() > deadline:
                raise _Away(f"a picture took longer than {RESPONSE_TIMEOUT:g} s")
        complete = True
    finally:
        if complete:
            response.release_conn()
        else:
            response.close()
    return bytes(content)
