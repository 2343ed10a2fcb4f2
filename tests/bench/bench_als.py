"""ALS against its peers (the `[bench]` extra): time and memory to the same hold-out RMSE, on generated ratings.

    python tests/bench/bench_als.py [--scale 0.1] [--factors 11 64] [--threads 2]

Scale 1 has the shape of the full MovieLens: 283,228 raters, 53,889 movies, 27.75 million ratings. Every contender runs
in a process of its own, with a ladder of iterations; compared is the first rung that reaches the best peer's RMSE.
Regularisation is what served each contender best on this data, at both scales.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

Arrays = dict[str, np.ndarray]
Predict = Callable[[np.ndarray, np.ndarray], np.ndarray]
LADDERS = {"movierec": (2, 3, 4, 5, 6, 8), "cmfrec": (4, 6, 10), "libmf": (10, 20, 30), "lenskit": (5, 10)}
QUIET = {"OMP_WAIT_POLICY": "passive", "OPENBLAS_NUM_THREADS": "1"}
TOLERANCE = 1.002  # of the best peer's RMSE
JUDGED = 5  # the held-out ratings of every fifth rater: LensKit predicts one rater at a time


def fit_movierec(train: Arrays, k: int, n_iterations: int, n_threads: int) -> Predict:
    """Ours; what is timed includes both orders of the rating matrix."""
    from recommender.engine.algorithms.als import ALS
    from recommender.engine.data.movie_features import MovieFeatures
    from recommender.engine.data.ratings import RatingMatrix
    from recommender.engine.model.training import TrainingOptions

    ratings = RatingMatrix.from_triples(train["raters"], train["movies"], train["half_stars"])
    algorithm = ALS(n_factors=k, n_epochs=n_iterations, regularization=0.04)
    model = algorithm.fit(ratings, MovieFeatures.empty(ratings.movie_ids), TrainingOptions(n_threads=n_threads))
    features = model.item_features
    weights, biases = fold_in_all(ratings, features, n_threads)

    def predict(raters: np.ndarray, movies: np.ndarray) -> np.ndarray:
        u, i = np.searchsorted(ratings.rater_ids, raters), np.searchsorted(ratings.movie_ids, movies)
        return features.offsets[i] + biases[u] + np.einsum("ij,ij->i", weights[u], features.factors[i])

    return predict


def fold_in_all(ratings, features, n_threads):  # type: ignore[no-untyped-def]
    from native.normal_equations import solve_rows

    weights = np.zeros((ratings.n_raters, features.n_factors), dtype=np.float32)
    biases = np.zeros(ratings.n_raters, dtype=np.float32)
    solve_rows(
        ratings.rater_indptr, ratings.movie_indices, ratings.half_stars, features.factors, features.offsets,
        features.prior_precision, features.prior_precision_per_rating, weights, biases,
        scale=0.5, bias_precision=features.bias_precision, n_threads=n_threads,
    )  # fmt: skip
    return weights, biases


def fit_cmfrec(train: Arrays, k: int, n_iterations: int, n_threads: int) -> Predict:
    """ALS with conjugate gradient, single precision, ridge by number of ratings."""
    import cmfrec
    from scipy.sparse import coo_matrix

    stars = (train["half_stars"] / 2).astype(np.float32)
    model = cmfrec.CMF(
        k=k, method="als", use_cg=True, niter=n_iterations, lambda_=0.055, scale_lam=True, nthreads=n_threads,
        use_float=True, precompute_for_predictions=False, verbose=False,
    )  # fmt: skip
    model.fit(coo_matrix((stars, (train["raters"], train["movies"]))))
    return lambda raters, movies: model.predict(raters, movies)


def fit_libmf(train: Arrays, k: int, n_iterations: int, n_threads: int) -> Predict:
    """Stochastic gradient descent, as in its paper; predicted from its factors, as the wrapper's `predict` is wrong."""
    from libmf import mf

    rows = np.column_stack([train["raters"], train["movies"], train["half_stars"] / 2]).astype(np.float32)
    model = mf.MF(
        k=k,
        nr_iters=n_iterations,
        lambda_p1=0,
        lambda_q1=0,
        lambda_p2=0.05,
        lambda_q2=0.05,
        nr_threads=n_threads,
        quiet=True,
    )
    model.fit(rows)
    of_raters, of_movies, mean = model.p_factors(), model.q_factors(), model.model.b

    def predict(raters: np.ndarray, movies: np.ndarray) -> np.ndarray:
        known = (raters < len(of_raters)) & (movies < len(of_movies))
        predicted = np.full(raters.size, mean)
        predicted[known] = np.einsum("ij,ij->i", of_raters[raters[known]], of_movies[movies[known]])
        return np.where(np.isnan(predicted), mean, predicted)

    return predict


def fit_lenskit(train: Arrays, k: int, n_iterations: int, n_threads: int) -> Predict:
    """Explicit-feedback ALS on residuals of biases."""
    import lenskit.als
    import pandas as pd
    from lenskit.data import ItemList, from_interactions_df

    for setting in ("LK_NUM_THREADS", "LK_NUM_BACKEND_THREADS", "RAYON_NUM_THREADS"):
        os.environ[setting] = str(n_threads)
    frame = pd.DataFrame({"user_id": train["raters"], "item_id": train["movies"], "rating": train["half_stars"] / 2})
    model = lenskit.als.BiasedMFScorer(embedding_size=k, epochs=n_iterations, regularization=0.07)
    model.train(from_interactions_df(frame))

    def predict(raters: np.ndarray, movies: np.ndarray) -> np.ndarray:
        predicted = np.empty(raters.size)
        for rater in np.unique(raters):
            rows = np.flatnonzero(raters == rater)
            predicted[rows] = model(rater, ItemList(item_ids=movies[rows])).scores()
        return predicted

    return predict


def run_one(contender: str, folder: Path, k: int, n_iterations: int, n_threads: int) -> dict[str, float]:
    """Fit in this process and report seconds, peak memory above the inputs in MB, and hold-out RMSE."""
    data = dict(np.load(folder / "ratings.npz"))
    held_out = data.pop("held_out")
    train = {name: array[~held_out] for name, array in data.items()}
    measured = held_out & (data["raters"] % JUDGED == 0)
    test = {name: array[measured] for name, array in data.items()}
    del data, held_out, measured
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_memory()
    start, start_cpu = time.perf_counter(), time.process_time()
    predict = globals()[f"fit_{contender}"](train, k, n_iterations, n_threads)
    seconds, processor = time.perf_counter() - start, time.process_time() - start_cpu
    memory = peak_memory() - before
    predicted = np.asarray(predict(test["raters"], test["movies"]), dtype=np.float64)
    rmse = float(np.sqrt(np.nanmean((predicted - test["half_stars"] / 2) ** 2)))
    return {"iterations": n_iterations, "seconds": seconds, "processor": processor, "memory": memory, "rmse": rmse}


def peak_memory() -> float:
    """Peak resident memory of this process since it was last reset, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def make_ratings(folder: Path, scale: float) -> int:
    """Write generated ratings with a twentieth of them held out."""
    from recommender.formats.generator.generate import generate_ratings

    n_movies = int(53_889 * scale**0.5)
    triples = generate_ratings(
        n_raters=int(283_228 * scale), n_movies=n_movies, n_ratings=int(27_750_000 * scale), seed=0
    )
    _, raters = np.unique(triples.rater_ids, return_inverse=True)
    _, movies = np.unique(triples.movie_ids, return_inverse=True)
    held_out = np.random.default_rng(0).random(raters.size) < 0.05
    np.savez(
        folder / "ratings.npz",
        raters=raters.astype(np.int32),
        movies=movies.astype(np.int32),
        half_stars=np.asarray(triples.half_stars, dtype=np.int8),
        held_out=held_out,
    )
    return raters.size


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--factors", type=int, nargs="+", default=[11, 64])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--one", nargs=3, metavar=("CONTENDER", "FOLDER", "ITERATIONS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        contender, folder, iterations = options.one
        print(json.dumps(run_one(contender, Path(folder), options.factors[0], int(iterations), options.threads)))
        return
    contenders = [name for name in LADDERS if name == "movierec" or importlib.util.find_spec(name)]
    missing = sorted(set(LADDERS) - set(contenders))
    if missing:
        print(f"Not installed, so not compared: {', '.join(missing)} (pip install -e '.[bench]').")
    with tempfile.TemporaryDirectory() as folder:
        print(f"{make_ratings(Path(folder), options.scale):,} ratings, {options.threads} threads")
        for k in options.factors:
            compare(contenders, Path(folder), k, options.threads)


def compare(contenders: list[str], folder: Path, k: int, n_threads: int) -> None:
    """Run the ladders for one number of factors and print one line per contender."""
    runs: dict[str, list[dict[str, float]]] = {}
    for name in contenders:
        for iterations in LADDERS[name]:
            command = [sys.executable, __file__, "--one", name, str(folder), str(iterations), "--factors", str(k)]
            command += ["--threads", str(n_threads)]
            done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | QUIET)
            if done.returncode:
                print(f"{name} failed: {done.stderr.strip().splitlines()[-1]}")
                break
            runs.setdefault(name, []).append(json.loads(done.stdout.strip().splitlines()[-1]))
    peers = [name for name in runs if name != "movierec"] or list(runs)
    target = TOLERANCE * min(run["rmse"] for name in peers for run in runs[name])
    reached = {name: next((run for run in runs[name] if run["rmse"] <= target), None) for name in runs}
    fastest = min(run["seconds"] for name in peers if (run := reached[name]))
    print(f"\n{k} factors, to RMSE {target:.4f}")
    print(f"{'':10}{'iterations':>12}{'seconds':>9}{'processor s':>13}{'ratio':>7}{'memory':>10}", end="")
    print(f"{'RMSE':>9}{'best RMSE':>11}")
    for name, run in reached.items():
        best = min(other["rmse"] for other in runs[name])
        if run is None:
            print(f"{name:10}{'does not reach it':>28}{'':23}{best:11.4f}")
            continue
        print(
            f"{name:10}{run['iterations']:12.0f}{run['seconds']:9.1f}{run['processor']:13.1f}"
            f"{run['seconds'] / fastest:7.2f}"
            f"{run['memory']:7.0f} MB{run['rmse']:9.4f}{best:11.4f}"
        )


if __name__ == "__main__":
    main()
