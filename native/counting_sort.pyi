import numpy as np
from numpy.typing import NDArray

def group(
    major: NDArray[np.int32], minor: NDArray[np.int32], values: NDArray[np.int8], n_major: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int8]]:
    """Sort entries by their major index, keeping the order of equal ones (counting sort, linear time).

    Parameters
    ----------
    major, minor : (n,) int32
    values : (n,) int8
    n_major : int
        Above every major index.

    Returns
    -------
    indptr : (n_major + 1,) int64
    minor : (n,) int32
    values : (n,) int8

    Raises
    ------
    ValueError
        If the lengths differ or an index is out of range.
    """

def transpose(
    indptr: NDArray[np.int64], minor: NDArray[np.int32], values: NDArray[np.int8], n_minor: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int8]]:
    """Turn entries by row into entries by column, with increasing rows in each column.

    Parameters
    ----------
    indptr : (n_rows + 1,) int64
    minor : (n,) int32
        Columns.
    values : (n,) int8
    n_minor : int
        Number of columns.

    Returns
    -------
    indptr : (n_minor + 1,) int64
    major : (n,) int32
        Rows.
    values : (n,) int8

    Raises
    ------
    ValueError
        If `indptr` does not fit or a column is out of range.
    """
