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
    start, start_cpu = time.perf_counter(), time.process_time()
    n_iterations, residual_norm = lsmr_to(matrix, right, ours.residual_norm * (1 + 1e-6))
    lsmr_seconds, lsmr_processor = time.perf_counter() - start, time.process_time() - start_cpu
    print(f"{'':10}{'iterations':>12}{'seconds':>9}{'processor s':>13}{'ratio':>7}{'residual':>18}")
    _row("movierec", ours.n_iterations, seconds, processor, seconds / lsmr_seconds, ours.residual_norm)
    _row("LSMR", n_iterations, lsmr_seconds, lsmr_processor, 1, residual_norm)


def lsmr_to(matrix: csr_array, right: np.ndarray, residual_norm: float) -> tuple[int, float]:
    """Run LSMR until its residual is that small; return its iterations and the norm it reached."""
    relative = residual_norm / np.linalg.norm(right)
    _, _, n_iterations, reached, *_ = lsmr(matrix, right, atol=0, btol=relative, conlim=0, maxiter=500)
    return int(n_iterations), float(reached)


def _row(name: str, n_iterations: int, seconds: float, processor: float, ratio: float, residual: float) -> None:
    print(f"{name:10}{n_iterations:12}{seconds:9.2f}{processor:13.2f}{ratio:7.2f}{residual:18.4f}")


if __name__ == "__main__":
    main()
