"""How long IMDb's files take, and how much memory, at their full size.

Run it as ``python -m tests.bench.bench_imdb --scale 0.1``; it uses a throw-away database server. At full size it
writes some 2 GB to the folder for temporary files.
"""

import argparse
import time

from tests.bench import imdb_at_full_size
from tests.bench.throw_away_site import throw_away_site
from tests.support.imdb_files import served

GOAL_SECONDS, GOAL_GB = 300, 1.5
READ = {
    "Reading votes": "title.ratings",
    "Reading films": "title.basics",
    "Reading other titles": "title.akas",
    "Reading directors and writers": "title.crew",
    "Reading casts": "title.principals",
    "Reading names": "name.basics",
}
DOWNLOAD = "Downloading"


class Clock:
    """Adds up the seconds between reports of progress, by what was being done."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._what, self._since = DOWNLOAD, time.perf_counter()

    def __call__(self, _share: float, message: str = "") -> None:
        what = DOWNLOAD if DOWNLOAD in message else message or self._what
        now = time.perf_counter()
        self.seconds[self._what] = self.seconds.get(self._what, 0.0) + now - self._since
        self._what, self._since = what, now


def main() -> None:
    """Print a table for the first run and one for a run that finds nothing new."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=0.1, help="1 for IMDb's full size")
    scale = parser.parse_args().scale
    with throw_away_site() as data_dir:
        start = time.perf_counter()
        n_rows = imdb_at_full_size.write(data_dir / "published", scale)
        print(f"{sum(n_rows.values()):,} rows written in {time.perf_counter() - start:.0f} s")
        with served(data_dir / "published") as (address, _):
            for run in ("First run", "Second run, nothing new"):
                print(f"\n{run}")
                _measure(address, n_rows)


def _measure(address: str, n_rows: dict[str, int]) -> None:
    from django.conf import settings

    from recommender.services.catalogue import imdb
    from recommender.services.jobs.heartbeat import peak_memory, reset_peak_memory

    settings.IMDB_URL = address
    reset_peak_memory()
    clock = Clock()
    fetched = imdb.fetch(on_progress=clock)
    clock(1.0)
    for what, seconds in clock.seconds.items():
        rows = n_rows.get(READ.get(what, ""))
        rate = f"{rows:>14,} rows{rows / seconds / 1e6:>8.2f} M/s" if rows else ""
        print(f"{what:<32}{seconds:>8.1f} s{rate}")
    processing = sum(seconds for what, seconds in clock.seconds.items() if what != DOWNLOAD)
    print(f"{fetched}.")
    print(f"Processing {processing:.0f} s (goal {GOAL_SECONDS}), peak {peak_memory() / 1e9:.2f} GB (goal {GOAL_GB})")


if __name__ == "__main__":
    main()
