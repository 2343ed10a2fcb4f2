"""Stable counting sorts that bring ratings into the order of their raters or of their movies."""

import numpy as np


def group(const int[::1] major, const int[::1] minor, const signed char[::1] values, Py_ssize_t n_major):
    """Order entries by their major index; see the stub."""
    cdef Py_ssize_t n = major.shape[0], entry, row
    cdef long long position
    if minor.shape[0] != n or values.shape[0] != n:
        raise ValueError("major, minor and values must have the same length.")
    starts, minors, ordered = _empty(n, n_major)
    cdef long long[::1] indptr = starts
    cdef int[::1] minor_out = minors
    cdef signed char[::1] values_out = ordered
    with nogil:
        for entry in range(n):
            if major[entry] < 0 or major[entry] >= n_major:
                with gil:
                    raise ValueError(f"Index {major[entry]} is not below {n_major}.")
            indptr[major[entry] + 1] += 1
        for row in range(n_major):
            indptr[row + 1] += indptr[row]
        for entry in range(n):  # indptr[row] walks from the row's first place to its end
            position = indptr[major[entry]]
            minor_out[position] = minor[entry]
            values_out[position] = values[entry]
            indptr[major[entry]] = position + 1
        _walk_back(indptr)
    return starts, minors, ordered


def transpose(const long long[::1] indptr, const int[::1] minor, const signed char[::1] values, Py_ssize_t n_minor):
    """Turn entries by row into entries by column; see the stub."""
    cdef Py_ssize_t n = minor.shape[0], n_rows = indptr.shape[0] - 1, entry, row
    cdef long long position
    if values.shape[0] != n or n_rows < 0 or indptr[0] != 0 or indptr[n_rows] != n:
        raise ValueError("indptr must run from 0 to the number of entries.")
    starts, majors, ordered = _empty(n, n_minor)
    cdef long long[::1] indptr_out = starts
    cdef int[::1] major_out = majors
    cdef signed char[::1] values_out = ordered
    with nogil:
        for entry in range(n):
            if minor[entry] < 0 or minor[entry] >= n_minor:
                with gil:
                    raise ValueError(f"Index {minor[entry]} is not below {n_minor}.")
            indptr_out[minor[entry] + 1] += 1
        for row in range(n_minor):
            indptr_out[row + 1] += indptr_out[row]
        for row in range(n_rows):
            for entry in range(indptr[row], indptr[row + 1]):
                position = indptr_out[minor[entry]]
                major_out[position] = <int> row
                values_out[position] = values[entry]
                indptr_out[minor[entry]] = position + 1
        _walk_back(indptr_out)
    return starts, majors, ordered


def _empty(Py_ssize_t n, Py_ssize_t n_rows):
    return np.zeros(n_rows + 1, dtype=np.int64), np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int8)


cdef void _walk_back(long long[::1] indptr) noexcept nogil:
    # After the scatter indptr[row] is where the row ends: one place further is where the next one starts.
    cdef Py_ssize_t row
    for row in range(indptr.shape[0] - 1, 0, -1):
        indptr[row] = indptr[row - 1]
    indptr[0] = 0
