"""Sums and entries of rows of a large sparse matrix, read where they lie: in a mapped file, say."""

import numpy as np

cdef enum:
    STRIDE = 16  # entries of a cache line

ctypedef fused index_t:
    int
    long long


def weighted_sum(
    const index_t[::1] indptr,      # IN  (n_rows + 1,)
    const index_t[::1] indices,     # IN  (n_entries,)
    const float[::1] data,          # IN  (n_entries,)
    const int[::1] rows,            # IN  (n,)
    const float[::1] weights,       # IN  (n,)
    Py_ssize_t n_columns,
):
    """Return weights · matrix[rows]; see the stub."""
    cdef Py_ssize_t n_rows = indptr.shape[0] - 1, number, entry, column
    cdef float weight
    if rows.shape[0] != weights.shape[0] or indices.shape[0] != data.shape[0] or indptr[n_rows] > data.shape[0]:
        raise ValueError("rows and weights, indptr, indices and data must fit each other.")
    total = np.zeros(n_columns, dtype=np.float32)
    cdef float[::1] out = total     # OUT (n_columns,)
    with nogil:
        for number in range(rows.shape[0]):
            if rows[number] < 0 or rows[number] >= n_rows:
                with gil:
                    raise ValueError(f"Row {rows[number]} is not below {n_rows}.")
            weight = weights[number]
            # out += weight · row
            for entry in range(indptr[rows[number]], indptr[rows[number] + 1]):
                column = indices[entry]
                if column < 0 or column >= n_columns:
                    with gil:
                        raise ValueError(f"Column {column} is not below {n_columns}.")
                out[column] += weight * data[entry]
    return total


def entries(
    const index_t[::1] indptr,      # IN  (n_rows + 1,)
    const index_t[::1] indices,     # IN  (n_entries,), rising within a row
    const float[::1] data,          # IN  (n_entries,)
    const int[::1] rows,            # IN  (n,)
    const int[::1] columns,         # IN  (n_columns,), rising
):
    """Return matrix[rows][:, columns]; see the stub."""
    cdef Py_ssize_t n_rows = indptr.shape[0] - 1, number, place, entry, end
    if indices.shape[0] != data.shape[0] or indptr[n_rows] > data.shape[0]:
        raise ValueError("indptr, indices and data must fit each other.")
    found = np.zeros((rows.shape[0], columns.shape[0]), dtype=np.float32)
    cdef float[:, ::1] out = found  # OUT (n, n_columns)
    with nogil:
        for number in range(rows.shape[0]):
            if rows[number] < 0 or rows[number] >= n_rows:
                with gil:
                    raise ValueError(f"Row {rows[number]} is not below {n_rows}.")
            entry, end = indptr[rows[number]], indptr[rows[number] + 1]
            for place in range(columns.shape[0]):
                # entry = searchsorted(indices of the row, column), on from the column before
                while entry + STRIDE < end and indices[entry + STRIDE] < columns[place]:
                    entry += STRIDE
                while entry < end and indices[entry] < columns[place]:
                    entry += 1
                if entry == end:
                    break
                if indices[entry] == columns[place]:
                    out[number, place] = data[entry]
    return found
