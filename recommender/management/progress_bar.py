"""Shows progress: a bar on a terminal, plain lines elsewhere, both with rate and time left."""

import contextlib
import sys
import time
from collections.abc import Iterable, Iterator

from tqdm import tqdm

from recommender.models import Job
from recommender.services.progress import OnProgress

SECONDS_BETWEEN_LINES = 5.0
FORMAT = "{desc}: {percentage:3.0f}% |{bar}| {rate_fmt}, {remaining} left{postfix}"


def show(label: str, views: Iterable[Job]) -> None:
    """Draw a job until it is finished; whatever `views` raises goes on to the caller."""
    with meter(label) as on_progress:
        for job in views:
            on_progress(job.progress, job.message)


@contextlib.contextmanager
def meter(label: str) -> Iterator[OnProgress]:
    """Draw what the yielded function is told: the share done and a few words."""
    began = time.monotonic()
    if sys.stdout.isatty():
        with tqdm(total=100, desc=label, unit="%", bar_format=FORMAT, file=sys.stdout, leave=False) as bar:
            yield _bar(bar)
    else:
        print(f"{label}: started", flush=True)
        yield _lines(label)
    print(f"{label}: done in {time.monotonic() - began:.0f} s", flush=True)


def _bar(bar: "tqdm[None]") -> OnProgress:
    def draw(share: float, message: str = "") -> None:
        bar.set_postfix_str(message, refresh=False)
        bar.update(max(round(share * 100, 1) - bar.n, 0))
        bar.refresh()

    return draw


def _lines(label: str) -> OnProgress:
    began = last = time.monotonic()

    def write(share: float, message: str = "") -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_LINES and share > 0:
            last = now
            rate = share / (now - began)
            print(f"{label}: {share:.0%} {message} ({rate:.1%} a second, {(1 - share) / rate:.0f} s left)", flush=True)

    return write
