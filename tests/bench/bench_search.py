"""Time title search as typed: every beginning of every query of the suite, one search each.

    MOVIELENS_DATA=path/to/ml-latest-small python -m tests.bench.bench_search

"cpu" is the time the search computes, "wall" the time it takes on this machine with whatever else runs there.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np

from recommender.titles.building import build_title_index
from recommender.titles.index import TitleIndex
from recommender.titles.query import TitleQuery
from tests.titles.catalogue import catalogue_documents, read_queries

TARGET_P99_MS = 2.0
SHORT = frozenset(["Runtime:120"])
SERVICES = frozenset(f"Provider:US:{each}" for each in range(5))


def main() -> None:
    """Build, open, search; print what each took."""
    documents = [replace(document, facts=made_up_facts(document.movie_id)) for document in catalogue_documents()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        started = time.perf_counter()
        build_title_index(documents, path)
        print(f"{len(documents):,} movies built in {time.perf_counter() - started:.1f} s", end=", ")
        print(f"{sum(file.stat().st_size for file in path.iterdir()) / 1e6:.1f} MB", end=", ")
        started = time.perf_counter()
        index = TitleIndex(path)
        print(f"opened in {1000 * (time.perf_counter() - started):.0f} ms\n")
        queries = [row["query"] for row in read_queries()]
        keystrokes = [query[:n] for query in queries for n in range(1, len(query) + 1)]
        few = frozenset(document.movie_id for document in documents[:: len(documents) // 50])
        seen = frozenset(document.movie_id for document in documents[::20])
        print(f"{'':32}{'searches':>9}{'cpu p50':>9}{'cpu p99':>9}{'wall p50':>9}{'wall p99':>9}  wall p99 of target")
        row("whole queries", queries, lambda text: index.search(TitleQuery(text)))
        row("every keystroke", keystrokes, lambda text: index.search(TitleQuery(text)))
        row(
            "… with genre and decade",
            keystrokes,
            lambda text: index.search(TitleQuery(text, genre="Drama", decade=1990)),
        )
        row(
            "… in French, two hours at most",
            keystrokes,
            lambda text: index.search(TitleQuery(text, facts=(frozenset(["Language:fr"]), frozenset(["Runtime:120"])))),
        )
        row("… on one of five services", keystrokes, lambda text: index.search(TitleQuery(text, facts=(SERVICES,))))
        row("… of a rare tag", keystrokes, lambda text: index.search(TitleQuery(text, among=few)))
        row("… newest first", keystrokes, lambda text: index.search(TitleQuery(text, order="newest")))
        row(
            f"… without {len(seen):,} rated movies",
            keystrokes,
            lambda text: index.search(TitleQuery(text, exclude=seen)),
        )
        row("blank query", [""] * 200, lambda text: index.search(TitleQuery(text)))
        row("… two hours at most", [""] * 200, lambda text: index.search(TitleQuery(text, facts=(SHORT,))))
        row("… on one of five services", [""] * 200, lambda text: index.search(TitleQuery(text, facts=(SERVICES,))))


def made_up_facts(movie_id: int) -> tuple[str, ...]:
    """Return facts as TMDB might tell: half of the movies in English, most not long, a 13th on each service."""
    chance = Random(movie_id)
    language = chance.choices(("en", "fr", "de", "ja", "ko"), (10, 3, 2, 2, 1))[0]
    minutes = chance.gauss(100, 20)
    services = {f"Provider:{country}:{chance.randrange(40)}" for country in ("DE", "GB", "US") for _ in range(3)}
    keywords = {f"Keyword:{int(chance.paretovariate(0.5)) % 5000}" for _ in range(8)}
    lengths = tuple(f"Runtime:{longest}" for longest in (90, 120, 150) if minutes <= longest)
    return (f"Language:{language}", *lengths, *sorted(services), *sorted(keywords))


def row(name: str, queries: list[str], search: Callable[[str], object]) -> None:
    """Print the median and the 99th percentile, in milliseconds."""
    cpu, wall = np.empty(len(queries)), np.empty(len(queries))
    for i, query in enumerate(queries):
        started = time.thread_time(), time.perf_counter()
        search(query)
        cpu[i], wall[i] = time.thread_time() - started[0], time.perf_counter() - started[1]
    times = [1000 * np.percentile(values, share) for values in (cpu, wall) for share in (50, 99)]
    print(f"{name:32}{len(queries):9,}" + "".join(f"{value:9.2f}" for value in times), end="")
    print(f"  {times[-1] / TARGET_P99_MS:.2f}×")


if __name__ == "__main__":
    main()
