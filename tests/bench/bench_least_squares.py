"""Sparse least squares: our conjugate gradient against SciPy's LSMR, to the same residual.

    python tests/bench/bench_least_squares.py [--scale 0.05] [--threads 2]

Scale 1 is 27 million rows, 280,000 columns, 11 values a row (4 GB).
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.linalg import lsmr

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

VALUES_PER_ROW = 11


def random_system(scale: float) -> tuple[csr_array, np.ndarray]:
    """Return a matrix whose columns are of very different length and size, and a right side with noise."""
    rng = np.random.default_rng(0)
    n_rows, n_columns = int(27_000_000 * scale), int(280_000 * scale)
    indices = (n_columns * rng.random(n_rows * VALUES_PER_ROW) ** 2).astype(np.int32)
    values = rng.standard_normal(indices.size) * (0.2 + rng.random(n_columns))[indices]
    indptr = np.arange(0, indices.size + 1, VALUES_PER_ROW)
    matrix = csr_array((values, indices, indptr), shape=(n_rows, n_columns))
    return matrix, matrix @ rng.standard_normal(n_columns) + rng.standard_normal(n_rows)


def main() -> None:
    """Print the table."""
    from recommender.engine.least_squares import cg_least_squares

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    matrix, right = random_system(options.scale)
    print(f"{matrix.shape[0]:,} rows, {matrix.shape[1]:,} columns, {matrix.nnz:,} values, {options.threads} threads")
    start, start_cpu = time.perf_counter(), time.process_time()
    ours = cg_least_squares(matrix, right, tolerance=1e-6, n_threads=options.threads)
    seconds, processor = time.perf_counter() - start, time.process_time() - start_cpu
    target = ours.residual_norm * (1 + 1e-6)
    n_iterations = next(n for n in range(1, 500) if lsmr_to(matrix, right, n)[0] <= target)
    _, lsmr_seconds, lsmr_processor = lsmr_to(matrix, right, n_iterations)
    print(f"{'':10}{'iterations':>12}{'seconds':>9}{'processor s':>13}{'ratio':>7}")
    print(f"{'movierec':10}{ours.n_iterations:12}{seconds:9.2f}{processor:13.2f}{seconds / lsmr_seconds:7.2f}")
    print(f"{'LSMR':10}{n_iterations:12}{lsmr_seconds:9.2f}{lsmr_processor:13.2f}{1:7.2f}")


def lsmr_to(matrix: csr_array, right: np.ndarray, n_iterations: int) -> tuple[float, float, float]:
    """Return (residual norm, seconds, processor seconds) of so many iterations of LSMR."""
    start, start_cpu = time.perf_counter(), time.process_time()
    x = lsmr(matrix, right, atol=0, btol=0, conlim=0, maxiter=n_iterations)[0]
    return float(np.linalg.norm(matrix @ x - right)), time.perf_counter() - start, time.process_time() - start_cpu


if __name__ == "__main__":
    main()
