"""Keeps requests to another site at a pace, over all threads of a process."""

import threading
import time


class Stopped(Exception):
    """The work that waited is no longer wanted."""


class Pace:
    """Lets callers through at most `rate` times a second, evenly spaced, and none while the site asks for a pause."""

    def __init__(self, rate: float) -> None:
        self._interval = 1 / rate
        self._lock = threading.Lock()
        self._next_turn = self._end_of_pause = time.monotonic()
        self._stopped = threading.Event()

    def turn(self) -> None:
        """Wait for the next free turn; raise `Stopped` when `stop` is called meanwhile."""
        while True:
            with self._lock:
                now = time.monotonic()
                seconds = max(self._next_turn, self._end_of_pause) - now
                if seconds <= 0 and not self._stopped.is_set():
                    self._next_turn = now + self._interval
                    return
            self.wait(seconds)

    def wait(self, seconds: float) -> None:
        """Wait; raise `Stopped` when `stop` is called meanwhile."""
        if self._stopped.wait(max(seconds, 0)):
            raise Stopped

    def pause(self, seconds: float) -> None:
        """Let nobody through for so long; a longer pause that is under way stays."""
        with self._lock:
            self._end_of_pause = max(self._end_of_pause, time.monotonic() + seconds)

    def pause_left(self) -> float:
        """Return for how many seconds nobody is let through."""
        return max(self._end_of_pause - time.monotonic(), 0.0)

    def stop(self) -> None:
        """Send everybody who waits, or comes later, away."""
        self._stopped.set()
