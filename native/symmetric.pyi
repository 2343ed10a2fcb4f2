import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]

def gram_rows(
    row_indptr: Int32,
    row_columns: Int32,
    row_data: Float32,
    column_indptr: Int32,
    column_rows: Int32,
    column_data: Float32,
    first: int,
    last: int,
    out: Float32,
    *,
    n_threads: int = 1,
) -> None:
    """Write some rows of the lower triangle of the Gram matrix ``XᵀX`` of a sparse ``X``, with its diagonal.

    A thread adds up whole rows, so nothing is locked and the result does not depend on the number of threads.

    Parameters
    ----------
    row_indptr : (n_rows + 1,) int32
    row_columns : (n_entries,) int32
        Rising within each row.
    row_data : (n_entries,) float32
        ``X`` by row (CSR).
    column_indptr : (n + 1,) int32
    column_rows : (n_entries,) int32
    column_data : (n_entries,) float32
        The same ``X`` by column.
    first, last : int
        Only these rows of the Gram matrix, for progress and cancelling.
    out : (n, n) float32, written
    n_threads : int
        At most this many threads.

    Raises
    ------
    ValueError
        If the lengths do not fit or an index is out of range.
    """

def sweep(matrix: Float32, first: int, last: int, *, n_threads: int = 1) -> None:
    """Sweep some pivots of a symmetric matrix in place; after all of them, it is minus the inverse.

    With ``P`` the rows and columns of the pivots and ``R`` all others, the blocks ``A_PP, A_RP, A_RR`` become
    ``−A_PP⁻¹, A_RP A_PP⁻¹, A_RR − A_RP A_PP⁻¹ A_PR`` (Goodnight 1979, "A Tutorial on the SWEEP Operator"). Sweeping all
    pivots of an (n, n) matrix takes ``n³`` operations, as Cholesky and the inverse from it do, but in equal parts.

    It runs without Python's lock. Threads update tiles by single calls of BLAS, so the result does not depend on their
    number; BLAS itself should be limited to one thread.

    Parameters
    ----------
    matrix : (n, n) float32
        C-contiguous; only the lower triangle is read and written.
    first, last : int
        The pivots, none of which has been swept before. A few hundred at a time are fastest.
    n_threads : int
        At most this many threads.

    Raises
    ------
    ValueError
        If the matrix is not square or, among these pivots, not positive definite.
    """
