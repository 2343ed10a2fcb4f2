"""Show progress: a bar on a terminal, plain lines elsewhere, both with rate and time left."""

import contextlib
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Protocol

from tqdm import tqdm

from recommender.models import Job

SECONDS_BETWEEN_LINES = 5.0
FORMAT = "{desc}: {percentage:3.0f}% |{bar}| {postfix}"
WAITING = "waiting for a worker"
WAITING_FOR_STORAGE = "waiting for storage"


class Draw(Protocol):
    """Draws the share done (0..1) and a short message; an `OnProgress` that may be given the seconds left."""

    def __call__(self, share: float, message: str = "", *, seconds_left: float | None = None) -> None: ...


def show(label: str, views: Iterable[Job]) -> None:
    """Draw a job's progress until it is finished; exceptions from `views` reach the caller."""
    with meter(label) as draw:
        for job in views:
            words = WAITING if job.state == Job.State.QUEUED else job.message
            if job.waits_for_storage:
                words = WAITING_FOR_STORAGE
            draw(job.progress, words, seconds_left=job.seconds_left)


@contextlib.contextmanager
def meter(label: str) -> Iterator[Draw]:
    """Yield a function that draws the share done and a short message."""
    began = time.monotonic()
    if sys.stdout.isatty():
        with tqdm(total=100, desc=label, unit="%", bar_format=FORMAT, file=sys.stdout, leave=False) as bar:
            yield _bar(bar)
    else:
        print(f"{label}: started", flush=True)
        yield _lines(label)
    print(f"{label}: done in {time.monotonic() - began:.0f} s", flush=True)


def _bar(bar: "tqdm[None]") -> Draw:
    pace = _Pace()

    def draw(share: float, message: str = "", *, seconds_left: float | None = None) -> None:
        bar.set_postfix_str(" ".join(filter(None, (pace.words(share, seconds_left), message))), refresh=False)
        bar.update(max(round(share * 100, 1) - bar.n, 0))
        bar.refresh()

    return draw


def _lines(label: str) -> Draw:
    pace = _Pace()
    last = time.monotonic()

    def write(share: float, message: str = "", *, seconds_left: float | None = None) -> None:
        nonlocal last
        words = pace.words(share, seconds_left)
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES and (share > 0 or message):
            last = time.monotonic()
            print(" ".join(filter(None, (f"{label}: {share:.0%}", message, words and f"({words})"))), flush=True)

    return write


class _Pace:
    """The rate since the first call, and the time left at that rate unless a better estimate is given."""

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None

    def words(self, share: float, seconds_left: float | None) -> str:
        """Return rate and time left, as far as they are known."""
        now = time.monotonic()
        if self._first is None:
            self._first = (now, share)
        gained, seconds = share - self._first[1], now - self._first[0]
        rate = gained / seconds if gained > 0 and seconds > 0 else None
        left = (1 - share) / rate if seconds_left is None and rate else seconds_left
        words = [f"{rate:.1%} a second"] if rate else []
        return ", ".join([*words, f"{tqdm.format_interval(left)} left"] if left is not None else words)
