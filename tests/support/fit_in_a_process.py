"""Fit one algorithm to a dataset in a process of its own; print how it kept other threads waiting, and its memory.

python -m tests.support.fit_in_a_process ALGORITHM FOLDER
"""

import json
import resource
import sys
import threading
import time
from pathlib import Path

from native.threads import one_blas_thread
from recommender.engine.algorithms.registry import algorithm
from recommender.engine.model.training import TrainingOptions
from recommender.formats.movielens import read_dataset
from recommender.services.training.from_dataset import ratings_and_movies

SECONDS_BETWEEN_BEATS = 0.001


class Beats:
    """A thread that notes how much processor time the process used between two of its turns."""

    def __init__(self) -> None:
        self.longest_silence = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat)

    def __enter__(self) -> "Beats":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        last = time.process_time()  # not the wall clock: other processes may keep this one waiting
        while not self._stop.is_set():
            time.sleep(SECONDS_BETWEEN_BEATS)
            now = time.process_time()
            self.longest_silence, last = max(self.longest_silence, now - last), now


def main() -> None:
    """Fit, and print a JSON object."""
    name, folder = sys.argv[1:]
    ratings, movies = ratings_and_movies(read_dataset(Path(folder)))
    before = _resident_mb()
    with one_blas_thread(), Beats() as beats:
        algorithm(name).fit(ratings, movies, TrainingOptions(n_threads=1))
    print(json.dumps({"longest_silence": beats.longest_silence, "peak_mb": _peak_mb(), "before_mb": before}))


def _peak_mb() -> float:
    """Return the peak since this program began; `ru_maxrss` would count the process that started it as well."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
