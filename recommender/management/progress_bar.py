"""Shows a job's progress: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterable

from tqdm import tqdm

from recommender.models import Job

SECONDS_BETWEEN_LINES = 5.0
FORMAT = "{desc}: {percentage:3.0f}% |{bar}| {rate_fmt}, {remaining} left{postfix}"


def show(label: str, views: Iterable[Job]) -> None:
    """Draw until the job is finished; whatever `views` raises goes on to the caller."""
    began = time.monotonic()
    if sys.stdout.isatty():
        _draw_bar(label, views)
    else:
        _print_lines(label, views)
    print(f"{label}: done in {time.monotonic() - began:.0f} s", flush=True)


def _draw_bar(label: str, views: Iterable[Job]) -> None:
    with tqdm(total=100, desc=label, unit="%", bar_format=FORMAT, file=sys.stdout, leave=False) as bar:
        for job in views:
            bar.set_postfix_str(job.message, refresh=False)
            bar.update(max(round(job.progress * 100, 1) - bar.n, 0))
            bar.refresh()


def _print_lines(label: str, views: Iterable[Job]) -> None:
    print(f"{label}: started", flush=True)
    began = last = time.monotonic()
    for job in views:
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_LINES and job.progress > 0:
            last = now
            rate = job.progress / (now - began)
            left = (1 - job.progress) / rate
            print(f"{label}: {job.progress:.0%} {job.message} ({rate:.1%} a second, {left:.0f} s left)", flush=True)
