import numpy as np
from numpy.typing import NDArray

def top_n(
    scores: NDArray[np.float32],
    n: int,
    excluded_indptr: NDArray[np.int64] | None = None,
    excluded_indices: NDArray[np.int32] | None = None,
    *,
    n_threads: int = 1,
) -> NDArray[np.int32]:
    """Return the indices of the `n` best scores of each row, best first, ties by lower index.

    Parameters
    ----------
    scores : (n_rows, n_columns) float32
        Minus infinity and NaN are never among the best.
    n : int
        Cut to `n_columns`.
    excluded_indptr : (n_rows + 1,) int64, optional
    excluded_indices : (n_excluded,) int32, optional
        Columns to leave out, increasing within a row.
    n_threads : int
        At most this many threads; the result does not depend on it.

    Returns
    -------
    (n_rows, n) int32
        Padded with -1 where fewer are left.

    Raises
    ------
    ValueError
        If the exclusions do not fit the scores.
    """
