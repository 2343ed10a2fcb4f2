"""Asks The Movie Database: rate-limited, with retries, and without ever revealing the key."""

import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Self, TypeVar
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from urllib3.exceptions import HTTPError, InvalidHeader

from recommender.services.catalogue.rate_limit import RateLimit
from recommender.services.catalogue.tmdb_response import Metadata, UnusableResponse, is_unknown_movie, parse

Answer = TypeVar("Answer")
N_TRIES = 5
FIRST_BACKOFF = 1.0
"""Seconds; doubled with each try. The actual wait is a random half to all of it."""
MAX_RETRY_AFTER = 900.0
READ_TIMEOUT = 4.0
"""Seconds without any data after which a request counts as failed."""
RESPONSE_TIMEOUT = 10.0
"""Seconds that a whole response may take, even if data keeps arriving."""
MAX_BYTES = 4 << 20
WITH_THE_MOVIE = "alternative_titles,credits,keywords,release_dates,videos,watch/providers"
"""What TMDB appends to its answer about a movie, so that one request is enough."""
BLOCK_BYTES = 1 << 16
BASE_URL = re.compile(r"https?://[^/?#\s@]+(?:/[^?#\s@]*)?")

# At DEBUG it logs every address, and a version 3 key is part of the address.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class CannotFetch(Exception):
    """No request can succeed; the message says what to do."""


class NoResponse(Exception):
    """TMDB gave no usable response to one request, in several tries."""


@dataclass(frozen=True, slots=True)
class _Response:
    status: int
    headers: Mapping[str, str]
    body: bytes


class TmdbClient:
    """A client that any number of threads share."""

    def __init__(self, *, url: str, key: str, rate: float, n_connections: int) -> None:
        self.rate_limit = RateLimit(rate)
        self._url = url.rstrip("/")
        self._host = urlsplit(url).hostname
        self._key: dict[str, str] = {}
        self._headers = {"Accept": "application/json", "User-Agent": "movierec"}
        if "." in key:  # a version 4 token, which is a JSON Web Token
            self._headers["Authorization"] = f"Bearer {key}"
        else:
            self._key["api_key"] = key
        timeout = urllib3.Timeout(connect=READ_TIMEOUT, read=READ_TIMEOUT)
        self._pool = urllib3.PoolManager(maxsize=n_connections, retries=False, timeout=timeout)

    @classmethod
    def from_settings(cls, *, n_connections: int) -> Self:
        """Build the client from the environment; raise `CannotFetch` when a setting is missing or wrong."""
        key, url, rate = settings.TMDB_API_KEY, settings.TMDB_URL, settings.TMDB_RATE
        if not key:
            raise CannotFetch("TMDB_API_KEY is empty; set it to a key from https://www.themoviedb.org/settings/api.")
        if not re.fullmatch(r"[\w.~+/=-]+", key, re.ASCII):
            raise CannotFetch("TMDB_API_KEY contains characters that no key has; copy the key again.")
        if not BASE_URL.fullmatch(url):
            raise CannotFetch("TMDB_URL cannot be read; it looks like https://api.themoviedb.org/3.")
        if not 1 <= rate <= 40:
            raise CannotFetch(f"TMDB_RATE is {rate}; set it to 1 to 40 requests a second.")
        return cls(url=url, key=key, rate=rate, n_connections=n_connections)

    def movie(self, tmdb_id: int) -> Metadata | None:
        """Return TMDB's metadata for a movie, None if TMDB has no such id; raise `NoResponse` or `CannotFetch`."""
        read = partial(parse, tmdb_id=tmdb_id)
        return self.ask(f"/movie/{tmdb_id}", read, append_to_response=WITH_THE_MOVIE)

    def ask(self, path: str, read: Callable[[bytes], Answer], **fields: str) -> Answer | None:
        """Return the response as `read` reads it, None if TMDB has no such movie; try several times.

        `read` raises `UnusableResponse` for what it cannot read; raises `NoResponse` or `CannotFetch`.
        """
        reason = ""
        for attempt in range(N_TRIES):
            self.rate_limit.acquire()
            try:
                response = self._get(path, self._key | fields)
            except (HTTPError, OSError) as error:
                reason = f"{self._host} cannot be reached or closed the connection ({type(error).__name__})"
            except UnusableResponse as error:
                reason = str(error)
            else:
                try:
                    body = self._usable(response)
                    return None if body is None else read(body)
                except UnusableResponse as error:
                    reason = str(error)
                if self._asked_to_wait(response):
                    continue
            if attempt + 1 < N_TRIES:
                self.rate_limit.wait(_backoff(attempt))
        raise NoResponse(f"TMDB {path.strip('/').replace('/', ' ')}: {reason}; tried {N_TRIES} times.")

    def ask_once(self, path: str, **fields: str) -> bytes | None:
        """Return the response to one request that is not repeated, None if TMDB has no such movie.

        For somebody who waits for it; raises `NoResponse` or `CannotFetch`.
        """
        self.rate_limit.acquire()
        try:
            return self._usable(self._get(path, self._key | fields))
        except (HTTPError, OSError, UnusableResponse) as error:
            raise NoResponse(f"TMDB gave no usable response to {path}: {type(error).__name__}") from error

    def _get(self, path: str, fields: Mapping[str, str]) -> _Response:
        deadline = time.monotonic() + RESPONSE_TIMEOUT
        response = self._pool.request(
            "GET",
            f"{self._url}{path}",
            fields=fields,
            headers=self._headers,
            redirect=False,  # the key is for this host only
            preload_content=False,
        )
        complete = False
        try:
            body = bytearray()
            while block := response.read1(BLOCK_BYTES):
                body += block
                if len(body) > MAX_BYTES:
                    raise UnusableResponse(f"the response is larger than {MAX_BYTES >> 20} MB")
                if time.monotonic() > deadline:
                    raise UnusableResponse(f"the response took longer than {RESPONSE_TIMEOUT:g} s")
            complete = True
        finally:
            if complete:
                response.release_conn()
            else:
                response.close()
        return _Response(response.status, response.headers, bytes(body))

    def _usable(self, response: _Response) -> bytes | None:
        """Return the body, None if TMDB says that it has no such movie."""
        if response.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise CannotFetch(f"{self._host} refuses the key ({response.status}); check TMDB_API_KEY.")
        if response.status == HTTPStatus.NOT_FOUND and is_unknown_movie(response.body):
            return None
        if response.status in (HTTPStatus.TOO_MANY_REQUESTS, *range(500, 600)):
            raise UnusableResponse(f"{self._host} answered {response.status}")
        if response.status != HTTPStatus.OK:
            raise CannotFetch(f"{self._host} answered {response.status}, which TMDB never does; check TMDB_URL.")
        if not response.headers.get("Content-Type", "").lower().startswith("application/json"):
            raise UnusableResponse("the response is not JSON")
        return response.body

    def _asked_to_wait(self, response: _Response) -> bool:
        """Pause all requests for as long as the response asks; return whether it asks."""
        value = response.headers.get("Retry-After")
        if value is None or response.status == HTTPStatus.OK:
            return False
        try:
            seconds = urllib3.Retry().parse_retry_after(value)
        except InvalidHeader:
            return False
        if seconds > MAX_RETRY_AFTER:
            raise CannotFetch(f"{self._host} asks us to wait {seconds / 60:.0f} minutes; fetch the rest after that.")
        self.rate_limit.pause(seconds + random.uniform(0, 0.1))  # noqa: S311 - no secret
        return True


def _backoff(attempt: int) -> float:
    """Return the seconds to wait after a failed try, numbered from 0: doubled each time, with jitter."""
    return FIRST_BACKOFF * 2.0**attempt * random.uniform(0.5, 1)  # noqa: S311 - no secret
