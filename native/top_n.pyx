"""The best n of every row of a score matrix, without excluded ones."""

import numpy as np

from native.threads import allowed

from cython.parallel cimport prange
from libc.math cimport INFINITY


def top_n(
    const float[:, ::1] scores,
    int n,
    const long long[::1] excluded_indptr=None,
    const int[::1] excluded_indices=None,
    *,
    int n_threads=1,
):
    """Return the indices of the n best scores of each row, best first; see the stub."""
    cdef Py_ssize_t n_rows = scores.shape[0], n_columns = scores.shape[1], row
    cdef bint excluding = excluded_indptr is not None
    if excluding and (excluded_indices is None or excluded_indptr.shape[0] != n_rows + 1):
        raise ValueError(f"excluded_indptr must have {n_rows + 1} entries and come with excluded_indices.")
    n = max(0, min(n, <int> n_columns))
    n_threads = allowed(n_threads)
    best = np.full((n_rows, n), -1, dtype=np.int32)
    if n == 0 or n_rows == 0:
        return best
    kept = np.empty((n_rows, n), dtype=np.float32)
    cdef int[:, ::1] out = best
    cdef float[:, ::1] heap = kept
    for row in prange(n_rows, nogil=True, schedule="dynamic", chunksize=4, num_threads=n_threads):
        if excluding and excluded_indptr[row + 1] > excluded_indptr[row]:
            _best_of_row(
                &scores[row, 0], n_columns, &excluded_indices[excluded_indptr[row]],
                excluded_indptr[row + 1] - excluded_indptr[row], n, &heap[row, 0], &out[row, 0],
            )
        else:
            _best_of_row(&scores[row, 0], n_columns, NULL, 0, n, &heap[row, 0], &out[row, 0])
    return best


cdef void _best_of_row(
    const float* scores, Py_ssize_t n_columns, const int* excluded, Py_ssize_t n_excluded, int n,  # IN
    float* heap, int* indices,                                                                     # OUT
) noexcept nogil:
    # A binary heap with the worst kept score on top; of equal scores the higher index is the worse one.
    cdef Py_ssize_t column, next_excluded = 0
    cdef int size = 0
    cdef float score
    for column in range(n_columns):
        while next_excluded < n_excluded and excluded[next_excluded] < column:
            next_excluded += 1
        if next_excluded < n_excluded and excluded[next_excluded] == column:
            continue
        score = scores[column]
        if not score > -INFINITY:
            continue
        if size < n:
            _sift_up(heap, indices, size, score, <int> column)
            size += 1
        elif score > heap[0]:
            _sift_down(heap, indices, size, score, <int> column)
    while size > 0:  # take the worst off the top and put it at the end
        size -= 1
        score = heap[0]
        column = indices[0]
        if size > 0:
            _sift_down(heap, indices, size, heap[size], indices[size])
        heap[size] = score
        indices[size] = <int> column


cdef inline bint _worse(float score, int index, float other_score, int other_index) noexcept nogil:
    return score < other_score or (score == other_score and index > other_index)


cdef void _sift_up(float* heap, int* indices, int place, float score, int index) noexcept nogil:
    cdef int parent
    while place > 0:
        parent = (place - 1) // 2
        if not _worse(score, index, heap[parent], indices[parent]):
            break
        heap[place] = heap[parent]
        indices[place] = indices[parent]
        place = parent
    heap[place] = score
    indices[place] = index


cdef void _sift_down(float* heap, int* indices, int size, float score, int index) noexcept nogil:
    cdef int place = 0, child
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and _worse(heap[child + 1], indices[child + 1], heap[child], indices[child]):
            child += 1
        if not _worse(heap[child], indices[child], score, index):
            break
        heap[place] = heap[child]
        indices[place] = indices[child]
        place = child
    heap[place] = score
    indices[place] = index
