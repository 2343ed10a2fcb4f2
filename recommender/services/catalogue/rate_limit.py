"""Limits the rate of requests to another site, over all threads of a process."""

import threading
import time


class Stopped(Exception):
    """The rate limit was stopped; the request must not be sent."""


class RateLimit:
    """Allows at most `rate` requests a second, evenly spaced, and none while the site asks us to pause."""

    def __init__(self, rate: float) -> None:
        self._interval = 1 / rate
        self._lock = threading.Lock()
        self._next_request = self._end_of_pause = time.monotonic()
        self._stopped = threading.Event()

    def acquire(self) -> None:
        """Wait until the next request may be sent; raise `Stopped` if `stop` is called meanwhile."""
        while True:
            with self._lock:
                now = time.monotonic()
                seconds = max(self._next_request, self._end_of_pause) - now
                if seconds <= 0 and not self._stopped.is_set():
                    self._next_request = now + self._interval
                    return
            self.wait(seconds)

    def wait(self, seconds: float) -> None:
        """Wait; raise `Stopped` if `stop` is called meanwhile."""
        if self._stopped.wait(max(seconds, 0)):
            raise Stopped

    def pause(self, seconds: float) -> None:
        """Allow no request for so many seconds; a pause that ends later stays in force."""
        with self._lock:
            self._end_of_pause = max(self._end_of_pause, time.monotonic() + seconds)

    def pause_left(self) -> float:
        """Return how many seconds the pause still lasts."""
        return max(self._end_of_pause - time.monotonic(), 0.0)

    def stop(self) -> None:
        """Make all current and future waits raise `Stopped`."""
        self._stopped.set()
