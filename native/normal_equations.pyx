"""Rows times normal equations: one small ridge regression per row of a sparse matrix."""

import numpy as np

from native.threads import allowed

cimport cython
from cython.parallel cimport prange, threadid
from libc.string cimport memcpy, memset

ctypedef fused value_t:
    const signed char
    const float

cdef extern from "gram.h" nogil:
    const int PAD
    void gather_rows(const float* factors, Py_ssize_t stride, const int* indices, int last_column,
                     Py_ssize_t n_rows, Py_ssize_t n_ahead, Py_ssize_t n_factors, Py_ssize_t width, float* tile)
    void add_gram(const float* tile, Py_ssize_t n_rows, Py_ssize_t width, float* gram)
    void add_columns(const float* tile, const float* values, Py_ssize_t n_rows, Py_ssize_t width,
                     float* sums, float* target)
    void cholesky_solve(float* gram, Py_ssize_t width, float* diagonal, float* target)

cdef enum:
    TILE_ROWS = 64    # ratings gathered at a time: 64 x 64 floats fit half of a 32 KiB L1 cache
    ROWS_AT_ONCE = 16  # rows a thread takes at a time


def solve_rows(
    const long long[::1] indptr,
    const int[::1] indices,
    value_t[::1] values,
    const float[:, :] factors,
    const float[::1] offsets,
    const float[::1] precision,
    double precision_per_rating,
    float[:, :] out_weights,
    float[::1] out_biases,
    *,
    double scale=1.0,
    double shift=0.0,
    bint fit_bias=True,
    double bias_precision=0.0,
    Py_ssize_t first_row=0,
    Py_ssize_t last_row=-1,
    int n_threads=1,
):
    """Fit every row of a sparse matrix to the factors of its columns; see the stub for the whole description."""
    cdef Py_ssize_t n_rows = indptr.shape[0] - 1
    cdef Py_ssize_t k = factors.shape[1]
    cdef Py_ssize_t width = (k + PAD - 1) // PAD * PAD
    cdef Py_ssize_t row, n_scratch
    last_row = n_rows if last_row < 0 else last_row
    _check(indptr, indices, values.shape[0], factors, offsets, precision, out_weights, out_biases, first_row, last_row)
    # tile, gram, then four vectors: values, column sums, target, diagonal
    n_scratch = TILE_ROWS * width + width * width + TILE_ROWS + 3 * width
    n_threads = allowed(n_threads)
    cdef float[:, ::1] scratch = np.zeros((n_threads, n_scratch), dtype=np.float32)
    cdef const int* first_index = &indices[0] if indices.shape[0] else NULL
    cdef value_t* first_value = &values[0] if indices.shape[0] else NULL
    cdef const float* first_offset = &offsets[0] if offsets.shape[0] else NULL
    cdef bint no_factors = k == 0 or factors.shape[0] == 0
    cdef const float* first_factor = NULL if no_factors else &factors[0, 0]
    cdef const float* first_precision = &precision[0] if k else NULL
    cdef Py_ssize_t stride = 0 if no_factors else factors.strides[0] // sizeof(float)
    for row in prange(
        first_row, last_row, nogil=True, schedule="dynamic", chunksize=ROWS_AT_ONCE, num_threads=n_threads
    ):
        _solve_row(
            indptr[row], indptr[row + 1], first_index, first_value, <float> scale, <float> shift,
            first_factor, stride, <int> factors.shape[0] - 1, first_offset, k, width,
            first_precision, <float> precision_per_rating, fit_bias, <float> bias_precision,
            &scratch[threadid(), 0], &out_weights[row, 0] if k else NULL, &out_biases[row],
        )


def _check(indptr, indices, n_values, factors, offsets, precision, out_weights, out_biases, first_row, last_row):
    n_rows = indptr.shape[0] - 1
    k = factors.shape[1]
    for name, array in (("factors", factors), ("out_weights", out_weights)):
        if k and array.shape[0] and array.strides[1] != sizeof(float):
            raise ValueError(f"{name} must have contiguous rows of float32.")
    if n_rows < 0 or not 0 <= first_row <= last_row <= n_rows:
        raise ValueError(f"Rows {first_row}:{last_row} are not within the {max(n_rows, 0)} rows of indptr.")
    if indices.shape[0] != n_values or indptr[n_rows] > n_values:
        raise ValueError(f"indptr ends at {indptr[n_rows]}, but there are {indices.shape[0]} indices, {n_values} values.")
    if offsets.shape[0] != factors.shape[0]:
        raise ValueError(f"{offsets.shape[0]} offsets for {factors.shape[0]} rows of factors.")
    if precision.shape[0] != k or out_weights.shape[1] != k:
        raise ValueError(f"precision and out_weights must have {k} columns, as factors has.")
    used = np.asarray(indices)[indptr[first_row]:indptr[last_row]]
    if used.size and not 0 <= used.min() <= used.max() < factors.shape[0]:
        raise ValueError(f"indices has a column outside the {factors.shape[0]} rows of factors.")
    if out_weights.shape[0] != n_rows or out_biases.shape[0] != n_rows:
        raise ValueError(f"out_weights and out_biases must have {n_rows} rows, as indptr has.")


@cython.wraparound(False)
cdef void _solve_row(
    Py_ssize_t start, Py_ssize_t end, const int* indices, value_t* values, float scale, float shift,  # IN
    const float* factors, Py_ssize_t stride, int last_column, const float* offsets,                   # IN
    Py_ssize_t k, Py_ssize_t width,                                                                   # IN
    const float* precision, float per_rating, bint fit_bias, float bias_precision,                    # IN
    float* scratch, float* weights, float* bias,                                                      # OUT
) noexcept nogil:
    cdef float* tile = scratch
    cdef float* gram = tile + TILE_ROWS * width
    cdef float* residuals = gram + width * width
    cdef float* sums = residuals + TILE_ROWS
    cdef float* target = sums + width
    cdef float* diagonal = target + width
    cdef Py_ssize_t n = end - start, done = 0, n_tile, t, i, j, column
    cdef float total = 0.0, inverse, constant = 0.0 if fit_bias else bias[0]
    if n == 0:
        memset(weights, 0, k * sizeof(float))
        if fit_bias:
            bias[0] = 0
        return
    memset(gram, 0, width * width * sizeof(float))
    memset(sums, 0, 2 * width * sizeof(float))
    while done < n:
        n_tile = min(<Py_ssize_t> TILE_ROWS, n - done)
        # tile = factors[indices]; residuals = scale * values + shift - offsets[indices] - constant
        gather_rows(factors, stride, indices + start + done, last_column, n_tile, n - done, k, width, tile)
        for t in range(n_tile):
            column = indices[start + done + t]
            residuals[t] = scale * values[start + done + t] + shift - offsets[column] - constant
            total += residuals[t]
        add_gram(tile, n_tile, width, gram)
        add_columns(tile, residuals, n_tile, width, sums, target)
        done += n_tile
    if fit_bias:
        # The bias is eliminated: gram - sums sumsᵀ / (n + p₀), target - sums total / (n + p₀)
        inverse = 1.0 / (n + bias_precision) if n + bias_precision > 0 else 0.0
        for i in range(k):
            for j in range(i, k):
                gram[i * width + j] -= sums[i] * sums[j] * inverse
            target[i] -= sums[i] * total * inverse
    for i in range(k):
        gram[i * width + i] += precision[i] + per_rating * n
    cholesky_solve(gram, width, diagonal, target)
    if k:
        memcpy(weights, target, k * sizeof(float))
    if fit_bias:
        for i in range(k):
            total -= sums[i] * target[i]
        bias[0] = total * inverse
