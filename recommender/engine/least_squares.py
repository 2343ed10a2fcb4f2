"""Sparse linear least squares by conjugate gradient: a library function.

No algorithm of the site calls it. docs/learn.md solves its example with it and with SciPy's LSMR; docs/kernels.md has
the times of both.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from native.least_squares import multiply_normal, multiply_transposed
from recommender.engine.data.types import Float64
from recommender.engine.progress import OnProgress, no_progress


@dataclass(frozen=True, slots=True, eq=False)
class LeastSquares:
    """Result of `cg_least_squares`.

    Attributes
    ----------
    x : (n_columns,) float64
    residual_norm : float
        ``‖A x − b‖``.
    n_iterations : int
    """

    x: Float64
    residual_norm: float
    n_iterations: int


def cg_least_squares(
    A: csr_array,
    b: Float64,
    *,
    tolerance: float = 1e-6,
    max_iterations: int = 1000,
    n_threads: int = 1,
    on_progress: OnProgress = no_progress,
) -> LeastSquares:
    """Minimise ``‖A x − b‖`` by conjugate gradient on ``AᵀA x = Aᵀb``, which is never formed.

    Nocedal & Wright (2006), "Numerical Optimization", algorithm 5.2. One iteration is one pass over the matrix. A step
    of length ``α`` lowers the squared residual by ``α ‖r‖²``, with ``r`` the residual of the normal equations; the
    iteration stops when the residual's relative decrease stays below `tolerance` on two iterations.

    Parameters
    ----------
    A : (n_rows, n_columns) csr_array of float32 or float64
    b : (n_rows,) float64
    tolerance : float
    max_iterations : int
    n_threads : int
        It changes the result only by rounding.
    on_progress : callable, optional
        Called after every iteration; what it raises ends the solve.

    Raises
    ------
    ValueError
        If `b` does not have a row for each row of `A`, or is not finite.
    """
    b = np.ascontiguousarray(b, dtype=np.float64)
    if b.shape != (A.shape[0],):
        raise ValueError(f"b must have shape ({A.shape[0]},) as A has {A.shape[0]} rows, not {b.shape}.")
    if not np.isfinite(b).all():
        raise ValueError("b must be finite.")
    indptr, indices, values = A.indptr.astype(np.int64, copy=False), A.indices.astype(np.int32, copy=False), A.data
    if indices.size and not 0 <= indices.min() <= indices.max() < A.shape[1]:
        raise ValueError(f"A has a column index outside its {A.shape[1]} columns.")
    x = np.zeros(A.shape[1])
    residual = -multiply_transposed(indptr, indices, values, b, A.shape[1], n_threads=n_threads)
    direction = -residual
    squares, gradient = float(b @ b), float(residual @ residual)
    n_iterations = n_small = 0
    while n_iterations < max_iterations and n_small < 2 and gradient > 0 and squares > 0:
        product, curvature = multiply_normal(indptr, indices, values, direction, n_threads=n_threads)
        if curvature <= 0:
            break
        step = gradient / curvature
        x += step * direction
        residual += step * product
        before, squares = squares, max(squares - step * gradient, 0.0)
        n_small = n_small + 1 if np.sqrt(before) - np.sqrt(squares) < tolerance * np.sqrt(before) else 0
        previous, gradient = gradient, float(residual @ residual)
        direction = gradient / previous * direction - residual
        n_iterations += 1
        on_progress(n_iterations / max_iterations)
    on_progress(1.0)
    return LeastSquares(x, float(np.sqrt(squares)), n_iterations)
