import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

def solve_rows(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    values: NDArray[np.int8] | Float32,
    factors: Float32,
    offsets: Float32,
    precision: Float32,
    precision_per_rating: float,
    out_weights: Float32,
    out_biases: Float32,
    *,
    scale: float = 1.0,
    shift: float = 0.0,
    fit_bias: bool = True,
    bias_precision: float = 0.0,
    first_row: int = 0,
    last_row: int = -1,
    n_threads: int = 1,
) -> None:
    """Fit every row of a sparse matrix to the factors of its columns: an ALS half-step, or a batched fold-in.

    With ``x`` the factor rows and ``y = scale·values + shift − offsets[column]`` of the ``n`` stored values of a
    row, it solves ``min Σ (y − bias − x·w)² + Σ (precision + precision_per_rating·n)·w² + bias_precision·bias²``.
    The bias is eliminated in closed form, the rest is a Cholesky solve (Zhou et al. 2008, "Large-scale Parallel
    Collaborative Filtering for the Netflix Prize"). A column that depends on earlier ones, where nothing
    regularises it, gets the weight 0; a row without values gets bias 0 and weights 0.

    Parameters
    ----------
    indptr : (n_rows + 1,) int64
    indices : (n,) int32
    values : (n,) int8 or float32
        Such as half-stars, with ``scale=0.5``.
    factors : (n_columns, n_factors) float32
        Each row contiguous; rows may be further apart than `n_factors`.
    offsets : (n_columns,) float32
    precision : (n_factors,) float32
        Ridge on the weights.
    precision_per_rating : float
        Further ridge on every weight for each stored value of the row.
    out_weights : (n_rows, n_factors) float32, written
    out_biases : (n_rows,) float32, written; with ``fit_bias=False`` read and subtracted from the values
    scale, shift : float
    fit_bias : bool
    bias_precision : float
        Ridge on the bias.
    first_row, last_row : int
        Only these rows are solved and written, for progress and cancelling; -1 is the end.
    n_threads : int
        At most this many threads; the result does not depend on it.

    Raises
    ------
    ValueError
        If shapes do not fit together or the rows of a matrix are not contiguous.
    """
