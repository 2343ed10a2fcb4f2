"""Fit and serving of the hybrid and of EASE against their targets, on generated ratings or a MovieLens release.

Run it with `python -m tests.bench.bench_hybrid [--dataset FOLDER] [--raters N] [--movies N] [--ratings N]`;
`--evaluate` adds five hold-out splits, `--artifact FILE` keeps the model (or serves the one that is there). Of the full
MovieLens (27.75 million ratings) the targets are 900 s and 12 GB to train, 25 ms and 500 MB a process to serve:

    manage.py generate_movielens full --raters 283228 --movies 53889 --ratings 27750000
    python -m tests.bench.bench_hybrid --dataset full
"""

import argparse
import multiprocessing
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np

from recommender.engine.algorithms.baselines import Mean
from recommender.engine.algorithms.ease.ease import EASE
from recommender.engine.algorithms.hybrid.hybrid import Hybrid
from recommender.engine.algorithms.registry import load_model
from recommender.engine.data.artifact import read_artifact, write_artifact
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.evaluation import evaluate
from recommender.engine.model.model import Algorithm, Model
from recommender.engine.model.training import TrainingOptions
from recommender.formats.movielens import read_dataset
from recommender.services.training.from_dataset import ratings_and_movies

FIT_TARGET, MEMORY_TARGET, SERVING_TARGET, PROCESS_TARGET = 900.0, 12.0, 25.0, 500.0
N_MINE, PAGE, LONG_PAGE = 200, 20, 100
N_PROCESSES = 2


def main() -> None:
    """Fit, fold one user in, and print a table of times and their share of the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path)
    parser.add_argument("--raters", type=int, default=6_000)
    parser.add_argument("--movies", type=int, default=10_000)
    parser.add_argument("--ratings", type=int, default=600_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--artifact", type=Path)
    options = parser.parse_args()
    print(f"{'':<34}{'measured':>10}{'target':>10}{'ratio':>8}")
    if options.artifact and options.artifact.exists():
        _serve(options.artifact)
        return
    if options.dataset:
        ratings, movies = ratings_and_movies(read_dataset(options.dataset))
    else:
        ratings = generated(options.raters, options.movies, options.ratings)
        movies = MovieFeatures.empty(ratings.movie_ids)
    print(f"{ratings.n_raters:,} raters, {ratings.n_movies:,} movies, {ratings.n_ratings:,} ratings")
    with tempfile.TemporaryDirectory() as folder:
        artifact = options.artifact or Path(folder) / "hybrid.safetensors"
        _train(ratings, movies, options.threads, artifact)
        _serve(artifact)
    if options.evaluate:
        algorithms: dict[str, Algorithm] = {"mean": Mean(), "ease": EASE(), "hybrid": Hybrid()}
        print(evaluate(algorithms, ratings, movies, n_threads=options.threads).table())


def generated(n_raters: int, n_movies: int, n_ratings: int) -> RatingMatrix:
    """Ratings with the skew of MovieLens: few movies and few raters hold most of them."""
    rng = np.random.default_rng(0)
    movies = np.minimum(rng.pareto(0.6, n_ratings) * n_movies / 400, n_movies - 1).astype(np.int64)
    raters = (n_raters * rng.random(n_ratings) ** 3).astype(np.int64)
    pairs = np.unique(raters * n_movies + movies)
    half_stars = np.clip(np.rint(rng.normal(7, 2, pairs.size)), 1, 10)
    times = rng.integers(0, 10**8, pairs.size)
    return RatingMatrix.from_triples(pairs // n_movies, pairs % n_movies, half_stars, times, catalogue=range(n_movies))


def _train(ratings: RatingMatrix, movies: MovieFeatures, n_threads: int, artifact: Path) -> None:
    started, busy = time.perf_counter(), time.process_time()
    model = Hybrid().fit(ratings, movies, TrainingOptions(n_threads=n_threads))
    _row("fit, s", time.perf_counter() - started, FIT_TARGET)
    _row("fit, processor s", time.process_time() - busy, n_threads * FIT_TARGET)
    _row("peak memory, GB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, MEMORY_TARGET)
    write_artifact(artifact, model.to_arrays(), {"algorithm": "hybrid"})


def _serve(artifact: Path) -> None:
    """Serve from the stored file in several processes at once; the first one prints times, all their memory."""
    _row("artifact, MB", artifact.stat().st_size / 1e6, PROCESS_TARGET)
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(N_PROCESSES)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as movierec_site sets it
    with tempfile.TemporaryDirectory() as data_dir:
        (Path(data_dir) / "static").mkdir()
        processes = [
            context.Process(target=_web_process, args=(number, artifact, data_dir, together))
            for number in range(N_PROCESSES)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()


def _web_process(number: int, artifact: Path, data_dir: str, together: Barrier) -> None:
    _load_the_site(data_dir)
    model = load_model("hybrid", *read_artifact(artifact))
    serve = _requests(model)
    for each in serve.values():
        each()
    together.wait()
    if number == 0:
        for name, request in serve.items():
            _row(f"{name}, ms", _median_ms(request), SERVING_TARGET)
    together.wait()
    if number == 0:
        _memory()
    together.wait()
    if number == 1:
        _memory()
    together.wait()


def _load_the_site(data_dir: str) -> None:
    """Import everything that answers requests; no database is needed for that."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "movierec_site.settings",
        "DATABASE_URL": "postgres://localhost/none",
        "MOVIEREC_DATA_DIR": data_dir,
        "SECRET_KEY": "only for benchmarks",
        "HTTPS": "0",
    }
    import django
    from django.core.handlers.wsgi import WSGIHandler
    from django.urls import get_resolver

    django.setup()
    WSGIHandler()
    _ = get_resolver().url_patterns


def _requests(model: Model) -> dict[str, Callable[[], object]]:
    """Return what is asked for someone with `N_MINE` ratings of well-known movies."""
    rng = np.random.default_rng(1)
    popular = model.recommend(model.fold_in(*np.zeros((2, 0), dtype=np.int32)), n=4 * N_MINE)
    mine = np.sort(rng.choice(popular, N_MINE, replace=False))
    half_stars = rng.integers(1, 11, N_MINE).astype(np.int8)
    profile = model.fold_in(mine, half_stars)
    page, long_page = model.recommend(profile, n=PAGE), model.recommend(profile, n=LONG_PAGE)

    def list_of_movies() -> None:
        folded = model.fold_in(mine, half_stars)
        top = model.recommend(folded, n=PAGE)
        model.predict(folded, top)
        model.interval(folded, top)
        model.ranking_contributions(folded, top)

    return {
        f"a list for {N_MINE} ratings": list_of_movies,
        "  fold in": lambda: model.fold_in(mine, half_stars),
        "  rank all movies": lambda: model.recommend(profile, n=PAGE),
        f"  intervals of {PAGE}": lambda: model.interval(profile, page),
        f"  reasons of {PAGE}": lambda: model.ranking_contributions(profile, page),
        f"  reasons of {LONG_PAGE}": lambda: model.ranking_contributions(profile, long_page),
        f"contributions to {LONG_PAGE} stars": lambda: model.rating_contributions(profile, long_page),
        "predict all movies": lambda: model.predict(profile),
    }


def _memory() -> None:
    """Print what this process has for itself and what it shares with the other ones (Linux)."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    private = kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]
    _row("private memory, MB", private / 1e3, PROCESS_TARGET)
    _row("  shared (its part), MB", (kilobytes["Pss"] - private) / 1e3, PROCESS_TARGET)
    _row("  resident in all, MB", kilobytes["Rss"] / 1e3, PROCESS_TARGET)


def _median_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(15):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


def _row(name: str, measured: float, target: float) -> None:
    print(f"{name:<34}{measured:>10.2f}{target:>10.0f}{measured / target:>8.2f}", flush=True)


if __name__ == "__main__":
    main()
