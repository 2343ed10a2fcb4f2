"""Large dense symmetric matrices by their lower triangle: the Gram matrix of sparse columns, and the inverse in place."""

import numpy as np

from native.threads import allowed

from cython.parallel cimport prange
from libc.string cimport memset
from scipy.linalg.cython_blas cimport sgemm, ssyrk, strsm
from scipy.linalg.cython_lapack cimport spotrf, spotri

cdef enum:
    TILE = 512         # columns and rows that a thread updates at a time
    ROWS_AT_ONCE = 16  # rows of a Gram matrix that a thread takes at a time


def gram_rows(
    const int[::1] row_indptr,       # IN  (n_rows + 1,)
    const int[::1] row_columns,      # IN  (n_entries,), rising within a row
    const float[::1] row_data,       # IN  (n_entries,)
    const int[::1] column_indptr,    # IN  (n + 1,)
    const int[::1] column_rows,      # IN  (n_entries,)
    const float[::1] column_data,    # IN  (n_entries,)
    Py_ssize_t first,
    Py_ssize_t last,
    float[:, ::1] out,               # OUT (n, n), rows first:last up to the diagonal
    *,
    int n_threads=1,
):
    """Write some rows of the lower triangle of XᵀX; see the stub."""
    cdef Py_ssize_t n_rows = row_indptr.shape[0] - 1, n = column_indptr.shape[0] - 1, column
    cdef int threads = allowed(n_threads)
    _square(out, n)
    if not 0 <= first <= last <= n:
        raise ValueError(f"Rows {first}:{last} are not within the {n} rows of the Gram matrix.")
    _sparse(row_indptr, row_columns, row_data, n)
    _sparse(column_indptr, column_rows, column_data, n_rows)
    if not row_indptr[n_rows]:
        np.asarray(out)[first:last] = 0
        return
    for column in prange(first, last, nogil=True, schedule="dynamic", chunksize=ROWS_AT_ONCE, num_threads=threads):
        _gram_row(
            &row_indptr[0], &row_columns[0], &row_data[0], &column_indptr[0], &column_rows[0], &column_data[0],
            column, &out[column, 0],
        )


cdef void _gram_row(
    const int* row_indptr, const int* row_columns, const float* row_data,            # IN
    const int* column_indptr, const int* column_rows, const float* column_data,      # IN
    Py_ssize_t column, float* sums,                                                  # OUT (column + 1,)
) noexcept nogil:
    cdef Py_ssize_t entry, other, row
    cdef float value
    memset(sums, 0, (column + 1) * sizeof(float))
    for entry in range(column_indptr[column], column_indptr[column + 1]):
        row, value = column_rows[entry], column_data[entry]
        # sums += X[row, column] · X[row, :column + 1]
        for other in range(row_indptr[row], row_indptr[row + 1]):
            if row_columns[other] > column:
                break
            sums[row_columns[other]] += value * row_data[other]


def sweep(
    float[:, ::1] matrix,   # IN, OUT (n, n), its lower triangle
    Py_ssize_t first,
    Py_ssize_t last,
    *,
    int n_threads=1,
):
    """Sweep the pivots first:last of a symmetric matrix in place; see the stub."""
    cdef Py_ssize_t n = matrix.shape[0], n_tiles = (n + TILE - 1) // TILE, tile
    cdef int width = last - first, threads = allowed(n_threads), info
    _square(matrix, n)
    if not 0 <= first < last <= n:
        raise ValueError(f"Pivots {first}:{last} are not within the {n} rows of the matrix.")
    cdef float[:, ::1] pivots = np.empty((width, width), dtype=np.float32)
    cdef float[:, ::1] panel = np.empty((n, width), dtype=np.float32)
    cdef float* a = &matrix[0, 0]
    cdef float* w = &panel[0, 0]
    cdef float* d = &pivots[0, 0]
    with nogil:
        _copy_square(a + first * n + first, n, d, width, width, 1)
        # BLAS and LAPACK count along columns, where our lower triangle is the upper one. pivots = L Lᵀ
        spotrf(b"U", &width, d, &width, &info)
    if info:
        raise ValueError(f"The matrix is not positive definite: pivot {first + info - 1} is not above 0.")
    for tile in prange(n_tiles, nogil=True, schedule="dynamic", chunksize=1, num_threads=threads):
        # panel = matrix[:, first:last] L⁻ᵀ, with zeros for the pivots themselves
        _take_panel(a, n, first, width, tile * TILE, min(n, (tile + 1) * TILE), d, w)
    for tile in prange(
        n_tiles * (n_tiles + 1) // 2, nogil=True, schedule="dynamic", chunksize=1, num_threads=threads
    ):
        # matrix −= panel panelᵀ
        _subtract_tile(a, n, width, n_tiles, tile, w)
    for tile in prange(n_tiles, nogil=True, schedule="dynamic", chunksize=1, num_threads=threads):
        # matrix[:, first:last] = panel L⁻¹
        _put_panel(a, n, first, width, tile * TILE, min(n, (tile + 1) * TILE), d, w)
    with nogil:
        spotri(b"U", &width, d, &width, &info)
        _copy_square(d, width, a + first * n + first, n, width, -1)


cdef void _copy_square(
    const float* source, Py_ssize_t stride, float* target, Py_ssize_t target_stride, Py_ssize_t width, float factor
) noexcept nogil:
    cdef Py_ssize_t i, j
    for i in range(width):
        for j in range(i + 1):
            target[i * target_stride + j] = factor * source[i * stride + j]


cdef void _take_panel(
    const float* a, Py_ssize_t n, Py_ssize_t first, int width, Py_ssize_t start, Py_ssize_t stop,  # IN
    float* factor, float* w,                                                                       # IN, OUT (n, width)
) noexcept nogil:
    cdef Py_ssize_t i, p
    cdef int n_rows = stop - start
    cdef float one = 1
    for p in range(width):
        for i in range(start, min(stop, first)):
            w[i * width + p] = a[(first + p) * n + i]
    for i in range(max(start, first), stop):
        for p in range(width):
            w[i * width + p] = a[i * n + first + p] if i >= first + width else 0
    strsm(b"L", b"U", b"T", b"N", &width, &n_rows, &one, factor, &width, w + start * width, &width)


cdef void _subtract_tile(
    float* a, Py_ssize_t n, int width, Py_ssize_t n_tiles, Py_ssize_t tile, float* w  # OUT, IN
) noexcept nogil:
    cdef Py_ssize_t row = n_tiles - 1, column = tile, i, j
    cdef int n_rows, n_columns, stride = n
    cdef float one = 1, minus = -1
    while column > row:  # the last row of tiles is the longest
        column -= row + 1
        row -= 1
    i, j = row * TILE, column * TILE
    n_rows, n_columns = min(TILE, n - i), min(TILE, n - j)
    if row == column:
        ssyrk(b"U", b"T", &n_rows, &width, &minus, w + i * width, &width, &one, a + i * n + i, &stride)
    else:
        sgemm(
            b"T", b"N", &n_columns, &n_rows, &width, &minus, w + j * width, &width, w + i * width, &width,
            &one, a + i * n + j, &stride,
        )


cdef void _put_panel(
    float* a, Py_ssize_t n, Py_ssize_t first, int width, Py_ssize_t start, Py_ssize_t stop,  # OUT
    float* factor, float* w,                                                                 # IN
) noexcept nogil:
    cdef Py_ssize_t i, p
    cdef int n_rows = stop - start
    cdef float one = 1
    strsm(b"L", b"U", b"N", b"N", &width, &n_rows, &one, factor, &width, w + start * width, &width)
    for p in range(width):
        for i in range(start, min(stop, first)):
            a[(first + p) * n + i] = w[i * width + p]
    for i in range(max(start, first + width), stop):
        for p in range(width):
            a[i * n + first + p] = w[i * width + p]


def _square(matrix, n):
    if matrix.shape[0] != n or matrix.shape[1] != n or n > 2**31 - 1:
        raise ValueError(f"The matrix must have {n} rows and columns, not {matrix.shape[0]} and {matrix.shape[1]}.")


def _sparse(indptr, indices, data, n_others):
    if not indices.shape[0] == data.shape[0] == indptr[indptr.shape[0] - 1]:
        raise ValueError("indptr, indices and data must fit each other.")
    if indices.shape[0] and not 0 <= np.min(indices) <= np.max(indices) < n_others:
        raise ValueError(f"An index is not below {n_others}.")
