"""Asks The Movie Database for one movie: at a pace, patient with its troubles, and silent about the key."""

import logging
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from urllib3.exceptions import HTTPError, InvalidHeader

from recommender.services.catalogue.pace import Pace
from recommender.services.catalogue.tmdb_answer import Metadata, UnusableAnswer, parse, says_unknown

N_TRIES = 5
FIRST_BACKOFF = 1.0
"""Seconds; doubled with each try, of which a random half to the whole is waited."""
LONGEST_RETRY_AFTER = 900.0
SECONDS_PER_WAIT = 4.0
"""How long a connection may stay silent."""
SECONDS_PER_ANSWER = 10.0
"""How long a whole answer may take, however steadily it drips."""
MAX_BYTES = 2 << 20
BLOCK_BYTES = 1 << 16
BASE_URL = re.compile(r"https?://[^/?#\s@]+(?:/[^?#\s@]*)?")

# At DEBUG it logs every address, and a version 3 key is part of the address.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class CannotFetch(Exception):
    """TMDB cannot be asked at all; the sentence says what to do."""


class NoAnswer(Exception):
    """TMDB gave no usable answer for one movie, in several tries."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class TmdbClient:
    """A client that any number of threads share."""

    def __init__(self, *, url: str, key: str, rate: float, n_connections: int) -> None:
        self.pace = Pace(rate)
        self._url = url.rstrip("/")
        self._host = urlsplit(url).hostname
        self._fields = {"append_to_response": "alternative_titles"}
        self._headers = {"Accept": "application/json", "User-Agent": "movierec"}
        if "." in key:  # a version 4 token, which is a JSON Web Token
            self._headers["Authorization"] = f"Bearer {key}"
        else:
            self._fields["api_key"] = key
        timeout = urllib3.Timeout(connect=SECONDS_PER_WAIT, read=SECONDS_PER_WAIT)
        self._pool = urllib3.PoolManager(maxsize=n_connections, retries=False, timeout=timeout)

    @classmethod
    def from_settings(cls, *, n_connections: int) -> Self:
        """Build the client that the environment asks for; raise `CannotFetch` when it cannot be."""
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
        """Return what TMDB knows of a movie, None when it has none with this id; raise `NoAnswer` or `CannotFetch`."""
        reason = ""
        for attempt in range(N_TRIES):
            self.pace.turn()
            try:
                answer = self._ask(tmdb_id)
            except (HTTPError, OSError) as error:
                reason = f"{self._host} cannot be reached or broke off ({type(error).__name__})"
            except UnusableAnswer as error:
                reason = str(error)
            else:
                try:
                    return self._read(answer, tmdb_id)
                except UnusableAnswer as error:
                    reason = str(error)
                if self._asked_to_wait(answer):
                    continue
            if attempt + 1 < N_TRIES:
                self.pace.wait(_backoff(attempt))
        raise NoAnswer(f"TMDB movie {tmdb_id}: {reason}; tried {N_TRIES} times.")

    def _ask(self, tmdb_id: int) -> _Answer:
        deadline = time.monotonic() + SECONDS_PER_ANSWER
        response = self._pool.request(
            "GET",
            f"{self._url}/movie/{tmdb_id}",
            fields=self._fields,
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
                    raise UnusableAnswer(f"the answer is larger than {MAX_BYTES >> 20} MB")
                if time.monotonic() > deadline:
                    raise UnusableAnswer(f"the answer took longer than {SECONDS_PER_ANSWER:g} s")
            complete = True
        finally:
            if complete:
                response.release_conn()
            else:
                response.close()
        return _Answer(response.status, response.headers, bytes(body))

    def _read(self, answer: _Answer, tmdb_id: int) -> Metadata | None:
        if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise CannotFetch(f"{self._host} refuses the key ({answer.status}); check TMDB_API_KEY.")
        if answer.status == HTTPStatus.NOT_FOUND and says_unknown(answer.body):
            return None
        if answer.status in (HTTPStatus.TOO_MANY_REQUESTS, *range(500, 600)):
            raise UnusableAnswer(f"{self._host} answered {answer.status}")
        if answer.status != HTTPStatus.OK:
            raise CannotFetch(f"{self._host} answered {answer.status}, as TMDB does not; check TMDB_URL.")
        if not answer.headers.get("Content-Type", "").lower().startswith("application/json"):
            raise UnusableAnswer("the answer is not JSON")
        return parse(answer.body, tmdb_id=tmdb_id)

    def _asked_to_wait(self, answer: _Answer) -> bool:
        """Let everybody pause for as long as the answer asks; return whether it does."""
        value = answer.headers.get("Retry-After")
        if value is None or answer.status == HTTPStatus.OK:
            return False
        try:
            seconds = urllib3.Retry().parse_retry_after(value)
        except InvalidHeader:
            return False
        if seconds > LONGEST_RETRY_AFTER:
            raise CannotFetch(f"{self._host} asks to wait {seconds / 60:.0f} minutes; fetch the rest after that.")
        self.pace.pause(seconds + random.uniform(0, 0.1))  # noqa: S311 - no secret
        return True


def _backoff(attempt: int) -> float:
    """Return the seconds to wait after a failed try, numbered from 0: doubled each time, with jitter."""
    return FIRST_BACKOFF * 2.0**attempt * random.uniform(0.5, 1)  # noqa: S311 - no secret
