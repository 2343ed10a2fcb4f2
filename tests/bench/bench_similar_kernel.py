"""Similar movies, all pairs, against implicit's CosineRecommender (the `[bench]` extra), on generated ratings.

    python tests/bench/bench_similar_kernel.py [--scale 0.1] [--threads 2]

Scale 1 has the shape of the full MovieLens. implicit computes the simpler cosine that takes missing ratings as zero.
Every contender runs in a process of its own; processor seconds are those of all threads.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

CONTENDERS = ("cosine", "blend", "implicit")


def run_one(contender: str, folder: Path, n_threads: int) -> dict[str, float]:
    """Find the top 20 of every movie in this process."""
    import numpy as np

    from recommender.engine.data.movie_features import MovieFeatures
    from recommender.engine.data.ratings import RatingMatrix
    from recommender.engine.similar_movies.neighbours import SimilarMovies
    from tests.bench.bench_als import peak_memory

    data = np.load(folder / "ratings.npz")
    ratings = RatingMatrix.from_triples(data["raters"], data["movies"], data["half_stars"])
    del data
    Path("/proc/self/clear_refs").write_text("5")
    before, start, start_cpu = peak_memory(), time.perf_counter(), time.process_time()
    if contender == "implicit":
        from implicit.nearest_neighbours import CosineRecommender
        from scipy.sparse import csr_matrix

        shape = (ratings.n_raters, ratings.n_movies)
        stars = ratings.half_stars.astype(np.float64) / 2
        model = CosineRecommender(K=20, num_threads=n_threads)
        model.fit(csr_matrix((stars, ratings.movie_indices, ratings.rater_indptr), shape=shape), show_progress=False)
    else:
        algorithm = SimilarMovies(measure=contender)  # type: ignore[arg-type]
        algorithm.fit(ratings, MovieFeatures.empty(ratings.movie_ids), n_threads=n_threads)
    return {
        "seconds": time.perf_counter() - start,
        "processor": time.process_time() - start_cpu,
        "memory": peak_memory() - before,
        "co_ratings": float(np.square(ratings.rater_counts(), dtype=np.float64).sum()),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--one", nargs=2, metavar=("CONTENDER", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(run_one(options.one[0], Path(options.one[1]), options.threads)))
        return
    from tests.bench.bench_als import make_ratings

    contenders = [name for name in CONTENDERS if name != "implicit" or importlib.util.find_spec(name)]
    if "implicit" not in contenders:
        print("implicit is not installed, so not compared (pip install -e '.[bench]').")
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    with tempfile.TemporaryDirectory() as folder:
        print(f"{make_ratings(Path(folder), options.scale):,} ratings, {options.threads} threads")
        print(f"{'':10}{'seconds':>9}{'processor s':>13}{'ns a co-rating':>16}{'memory':>10}")
        for name in contenders:
            command = [sys.executable, __file__, "--one", name, folder, "--threads", str(options.threads)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
            run = json.loads(done.stdout.strip().splitlines()[-1])
            each = 1e9 * run["processor"] / run["co_ratings"]
            print(f"{name:10}{run['seconds']:9.1f}{run['processor']:13.1f}{each:16.2f}{run['memory']:7.0f} MB")


if __name__ == "__main__":
    main()
