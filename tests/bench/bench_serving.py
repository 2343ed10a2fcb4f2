"""Server time of a recommendation and of a search with a catalogue of 58,098 movies, and memory of the web processes.

Run it with `python -m tests.bench.bench_serving [--catalogue movies.csv]`; without a catalogue titles are invented.
"""

import argparse
import importlib
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import web_memory
from tests.bench.throw_away_site import throw_away_site

N_MOVIES, N_RATERS, N_RATINGS, N_MINE = 58_098, 6_000, 1_000_000, 200
ALGORITHMS = ("als", "hybrid")
QUERIES = ("m", "ma", "matrix", "the god", "star wars 5", "lord of the r", "shawshenk", "tt0133093", "love", "1999")


def main() -> None:
    """Import a generated dataset, train and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--catalogue", type=Path, help="movies.csv of a MovieLens release")
    catalogue = parser.parse_args().catalogue
    with throw_away_site() as folder:
        from recommender.formats.generator.generate import generate

        dataset = folder / "dataset"
        generate(dataset, n_raters=N_RATERS, n_movies=N_MOVIES, n_ratings=N_RATINGS, seed=0, catalogue=catalogue)
        _measure(dataset)


def _measure(dataset: Path) -> None:
    import numpy as np
    from django.contrib.auth.models import User
    from django.test import Client

    from recommender.models import ModelVersion, Movie
    from recommender.services.catalogue import title_search
    from recommender.services.experiments import experiments, impressions
    from recommender.services.movielens import release
    from recommender.services.ratings import ratings
    from recommender.services.training import train

    release.import_movielens(path=dataset)
    title_search.build()
    for algorithm in ALGORITHMS:
        train.train(algorithm=algorithm)
    alice = User.objects.create_user("alice")
    rater = ratings.rater_of(alice)
    rng = np.random.default_rng(0)
    for movie in Movie.objects.most_rated()[:N_MINE]:
        ratings.rate(rater=rater, movie=movie, half_stars=int(rng.integers(1, 11)))
    importlib.import_module("movierec_site.wsgi")  # spares what is loaded by now the garbage collection, as in gunicorn
    client = Client(SERVER_NAME="localhost")
    client.force_login(alice)

    def get(path: str) -> None:
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.content

    print(
        f"{Movie.objects.count():,} movies, {N_RATINGS:,} ratings, {N_MINE} of them mine; milliseconds of server time"
    )
    print(f"{'request':<34}{'median':>8}{'p99':>8}{'target':>8}{'p99/target':>12}{'processor':>11}")
    for algorithm in ALGORITHMS:
        for limit in (20, 100):
            path = f"recommendations?algorithm={algorithm}&limit={limit}"
            _row(f"recommendations, {algorithm}, {limit}", lambda path=path: get(path), 25)  # type: ignore[misc]
        movie_id = client.get(f"/api/v1/recommendations?algorithm={algorithm}").json()["results"][0]["movie_id"]
        path = f"movies/{movie_id}/explanation?algorithm={algorithm}"
        _row(f"explanation, {algorithm}", lambda path=path: get(path), 50)  # type: ignore[misc]
    impressions.set_consent(rater=rater, share=True)
    for algorithm in ALGORITHMS:
        for limit in (20, 100):
            path = f"recommendations?algorithm={algorithm}&limit={limit}"
            _row(f"recorded, {algorithm}, {limit}", lambda path=path: get(path), 25)  # type: ignore[misc]
    b, a = (ModelVersion.objects.active().get(algorithm=algorithm) for algorithm in ALGORITHMS[-2:])
    experiments.start(version_a=a, version_b=b, share=1, started_by=None)
    for limit in (20, 100):
        path = f"recommendations?algorithm={a.algorithm}&limit={limit}"
        _row(f"in an experiment, {limit}", lambda path=path: get(path), 25)  # type: ignore[misc]
    for query in QUERIES:
        _row(f"search?q={query}", lambda query=query: get(f"search?q={query}&limit=20"), 10)  # type: ignore[misc]
    lists = [f"/api/v1/recommendations?algorithm={algorithm}&limit=100" for algorithm in ALGORITHMS]
    web_memory.report(client.cookies["sessionid"].value, [*lists, "/api/v1/search?q=matrix"])


def _row(name: str, request: Callable[[], None], target: float, repeats: int = 200) -> None:
    for _ in range(5):
        request()
    times, busy = [], []
    for _ in range(repeats):
        start, busy_start = time.perf_counter(), time.process_time()
        request()
        times.append(1000 * (time.perf_counter() - start))
        busy.append(1000 * (time.process_time() - busy_start))  # says more on a machine that others use
    p99 = statistics.quantiles(times, n=100)[98]
    print(
        f"{name:<34}{statistics.median(times):>8.1f}{p99:>8.1f}{target:>8.0f}{p99 / target:>12.2f}"
        f"{statistics.median(busy):>11.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
