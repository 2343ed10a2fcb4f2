import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32] | NDArray[np.float64]

def multiply_transposed(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    values: Values,
    y: NDArray[np.float64],
    n_columns: int,
    *,
    n_threads: int = 1,
) -> NDArray[np.float64]:
    """Return ``A.T @ y`` for a CSR matrix.

    Parameters
    ----------
    indptr : (n_rows + 1,) int64
    indices : (n,) int32
        Within ``0..n_columns - 1``; not checked here.
    values : (n,) float32 or float64
    y : (n_rows,) float64
    n_columns : int
    n_threads : int
        Each thread sums its rows in its own vector, so the number changes the result only by rounding.

    Returns
    -------
    (n_columns,) float64

    Raises
    ------
    ValueError
        If `y` does not fit.
    """

def multiply_normal(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    values: Values,
    x: NDArray[np.float64],
    *,
    n_threads: int = 1,
) -> tuple[NDArray[np.float64], float]:
    """Return (``A.T @ A @ x``, ``‖A @ x‖²``) for a CSR matrix, in one pass over it.

    Parameters
    ----------
    indptr : (n_rows + 1,) int64
    indices : (n,) int32
        Within ``0..n_columns - 1``; not checked here.
    values : (n,) float32 or float64
    x : (n_columns,) float64
    n_threads : int
        Each thread sums its rows in its own vector, so the number changes the result only by rounding.

    Returns
    -------
    product : (n_columns,) float64
    squares : float
    """
