"""Products with the normal equations of a CSR matrix, on several threads and in one pass over the matrix."""

import numpy as np

from native.threads import allowed

from cython.parallel cimport prange

ctypedef fused value_t:
    const float
    const double


def multiply_transposed(
    const long long[::1] indptr, const int[::1] indices, value_t[::1] values, const double[::1] y,
    int n_columns, *, int n_threads=1,
):
    """Return ``A.T @ y``; see the stub."""
    cdef Py_ssize_t n_rows = indptr.shape[0] - 1, part
    if y.shape[0] != n_rows:
        raise ValueError(f"y has {y.shape[0]} entries for {n_rows} rows.")
    n_threads = allowed(n_threads)
    cdef double[:, ::1] parts = np.zeros((n_threads, n_columns))
    for part in prange(n_threads, nogil=True, schedule="static", chunksize=1, num_threads=n_threads):
        _scatter(indptr, indices, values, y, n_rows * part // n_threads, n_rows * (part + 1) // n_threads, parts[part])
    return np.sum(parts, axis=0)


def multiply_normal(
    const long long[::1] indptr, const int[::1] indices, value_t[::1] values, const double[::1] x,
    *, int n_threads=1,
):
    """Return (``A.T @ A @ x``, ``‖A @ x‖²``); see the stub."""
    cdef Py_ssize_t n_rows = indptr.shape[0] - 1, part
    n_threads = allowed(n_threads)
    cdef double[:, ::1] parts = np.zeros((n_threads, x.shape[0]))
    squares = np.zeros(n_threads)
    cdef double[::1] out_squares = squares
    for part in prange(n_threads, nogil=True, schedule="static", chunksize=1, num_threads=n_threads):
        out_squares[part] = _multiply_rows(
            indptr, indices, values, x, n_rows * part // n_threads, n_rows * (part + 1) // n_threads, parts[part]
        )
    return np.sum(parts, axis=0), float(squares.sum())


cdef void _scatter(
    const long long[::1] indptr, const int[::1] indices, value_t[::1] values, const double[::1] y,  # IN
    Py_ssize_t first, Py_ssize_t last,                                                               # IN
    double[::1] out,                                                                                 # OUT
) noexcept nogil:
    cdef Py_ssize_t row, stored
    for row in range(first, last):
        for stored in range(indptr[row], indptr[row + 1]):
            out[indices[stored]] += values[stored] * y[row]


cdef double _multiply_rows(
    const long long[::1] indptr, const int[::1] indices, value_t[::1] values, const double[::1] x,  # IN
    Py_ssize_t first, Py_ssize_t last,                                                               # IN
    double[::1] out,                                                                                 # OUT
) noexcept nogil:
    # A row is still in the cache when its product with x is known: out += row * (row @ x)
    cdef Py_ssize_t row, stored
    cdef double product, squares = 0
    for row in range(first, last):
        product = 0
        for stored in range(indptr[row], indptr[row + 1]):
            product += values[stored] * x[indices[stored]]
        squares += product * product
        for stored in range(indptr[row], indptr[row + 1]):
            out[indices[stored]] += values[stored] * product
    return squares
