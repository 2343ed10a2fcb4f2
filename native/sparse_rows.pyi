import numpy as np
from numpy.typing import NDArray

def weighted_sum(
    indptr: NDArray[np.int32] | NDArray[np.int64],
    indices: NDArray[np.int32] | NDArray[np.int64],
    data: NDArray[np.float32],
    rows: NDArray[np.int32],
    weights: NDArray[np.float32],
    n_columns: int,
) -> NDArray[np.float32]:
    """Return ``weights · matrix[rows]`` without a copy of the rows, which can be large for popular movies.

    Parameters
    ----------
    indptr : (n_rows + 1,) int32 or int64
    indices : (n_entries,) like indptr
    data : (n_entries,) float32
        The matrix by row (CSR).
    rows : (n,) int32
    weights : (n,) float32
    n_columns : int

    Returns
    -------
    (n_columns,) float32

    Raises
    ------
    ValueError
        If the lengths do not fit or a row or column is out of range.
    """

def entries(
    indptr: NDArray[np.int32] | NDArray[np.int64],
    indices: NDArray[np.int32] | NDArray[np.int64],
    data: NDArray[np.float32],
    rows: NDArray[np.int32],
    columns: NDArray[np.int32],
) -> NDArray[np.float32]:
    """Return ``matrix[rows][:, columns]`` without a copy of the rows, most of which is of no interest.

    Parameters
    ----------
    indptr : (n_rows + 1,) int32 or int64
    indices : (n_entries,) like indptr
        Rising within each row.
    data : (n_entries,) float32
        The matrix by row (CSR).
    rows : (n,) int32
    columns : (n_columns,) int32
        Rising.

    Returns
    -------
    (n, n_columns) float32

    Raises
    ------
    ValueError
        If the lengths do not fit or a row is out of range.
    """
