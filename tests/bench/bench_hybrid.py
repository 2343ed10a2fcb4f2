"""Fit and serving of the hybrid and of EASE against their targets, on generated ratings or a MovieLens release.

Run it with `python -m tests.bench.bench_hybrid [--dataset FOLDER] [--raters N] [--movies N] [--ratings N]`;
`--evaluate` adds five hold-out splits. Of the full MovieLens (27.75 million ratings) the targets are 900 s and 12 GB.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from recommender.engine.baselines import Mean
from recommender.engine.catalogue import MovieFeatures
from recommender.engine.ease import EASE
from recommender.engine.evaluation import evaluate
from recommender.engine.evaluation.dataset import ratings_and_movies
from recommender.engine.hybrid import Hybrid
from recommender.engine.movielens import read_dataset
from recommender.engine.ratings import RatingMatrix
from recommender.engine.recommender import Algorithm

FIT_TARGET, MEMORY_TARGET, SERVING_TARGET, N_MINE = 900.0, 12.0, 25.0, 200


def main() -> None:
    """Fit, fold one user in, and print a table of times and their share of the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path)
    parser.add_argument("--raters", type=int, default=6_000)
    parser.add_argument("--movies", type=int, default=10_000)
    parser.add_argument("--ratings", type=int, default=600_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--evaluate", action="store_true")
    options = parser.parse_args()
    if options.dataset:
        ratings, movies = ratings_and_movies(read_dataset(options.dataset))
    else:
        ratings = generated(options.raters, options.movies, options.ratings)
        movies = MovieFeatures.empty(ratings.movie_ids)
    print(f"{ratings.n_raters:,} raters, {ratings.n_movies:,} movies, {ratings.n_ratings:,} ratings")
    print(f"{'':<34}{'measured':>10}{'target':>10}{'ratio':>8}")
    _measure(ratings, movies, options.threads)
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


def _measure(ratings: RatingMatrix, movies: MovieFeatures, n_threads: int) -> None:
    started = time.perf_counter()
    model = Hybrid().fit(ratings, movies, n_threads=n_threads)
    _row("fit, s", time.perf_counter() - started, FIT_TARGET)
    _row("peak memory, GB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, MEMORY_TARGET)
    _row("artifact, MB", sum(array.nbytes for array in model.to_arrays().values()) / 1e6, 500)
    rng = np.random.default_rng(1)
    popular = np.argsort(-ratings.movie_counts(), kind="stable")[: 4 * N_MINE]
    mine = np.sort(rng.choice(popular, N_MINE, replace=False)).astype(np.int32)
    half_stars = rng.integers(1, 11, N_MINE).astype(np.int8)
    profile = model.fold_in(mine, half_stars)
    page = model.recommend(profile, n=20)

    def serve() -> None:
        folded = model.fold_in(mine, half_stars)
        model.predict(folded, model.recommend(folded, n=20))

    _row(f"serve {N_MINE} ratings, ms", _median_ms(serve), SERVING_TARGET)
    _row("  fold in, ms", _median_ms(lambda: model.fold_in(mine, half_stars)), SERVING_TARGET)
    _row("  rank all movies, ms", _median_ms(lambda: model.recommend(profile, n=20)), SERVING_TARGET)
    _row("  predict all movies, ms", _median_ms(lambda: model.predict(profile)), SERVING_TARGET)
    _row("  intervals of a page, ms", _median_ms(lambda: model.interval(profile, page)), SERVING_TARGET)
    _row("  reasons of a movie, ms", _median_ms(lambda: model.contributions(profile, int(page[0]))), SERVING_TARGET)


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
