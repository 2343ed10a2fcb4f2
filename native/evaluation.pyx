"""Rank agreement: how often two movies are predicted in the order a user put them."""

import numpy as np

from native.threads import allowed

from cython.parallel cimport prange, threadid
from libc.math cimport NAN
from libc.stdlib cimport qsort

ctypedef fused truth_t:
    const signed char
    const float
    const double

ctypedef fused predicted_t:
    const float
    const double

cdef struct Pair:
    double truth
    double predicted


def rank_agreement(
    const long long[::1] indptr, truth_t[::1] truth, predicted_t[::1] predicted, int n_threads=1
):
    """Share of the pairs with different truth that are predicted strictly in the same order, per user."""
    cdef Py_ssize_t n_users = indptr.shape[0] - 1
    cdef Py_ssize_t user, longest = 1
    if truth.shape[0] != predicted.shape[0] or indptr[n_users] > truth.shape[0]:
        raise ValueError(f"indptr ends at {indptr[n_users]}, truth has {truth.shape[0]} and predicted {predicted.shape[0]}.")
    for user in range(n_users):
        longest = max(longest, indptr[user + 1] - indptr[user])
    n_threads = allowed(n_threads)
    agreement = np.empty(n_users, dtype=np.float64)
    if truth.shape[0] == 0:
        return np.full(n_users, np.nan)
    cdef double[::1] out = agreement
    cdef double[:, :, ::1] scratch = np.empty((n_threads, 4, longest))  # pairs, and the space to merge them
    for user in prange(n_users, nogil=True, schedule="dynamic", chunksize=64, num_threads=n_threads):
        out[user] = _agreement(
            &truth[0] + indptr[user], &predicted[0] + indptr[user], indptr[user + 1] - indptr[user],
            <Pair*> &scratch[threadid(), 0, 0], <Pair*> &scratch[threadid(), 2, 0],
        )
    return agreement


cdef int _by_truth_then_falling_prediction(const void* left, const void* right) noexcept nogil:
    cdef const Pair* a = <const Pair*> left
    cdef const Pair* b = <const Pair*> right
    if a.truth != b.truth:
        return -1 if a.truth < b.truth else 1
    if a.predicted != b.predicted:
        return -1 if a.predicted > b.predicted else 1
    return 0


cdef double _agreement(
    truth_t* truth, predicted_t* predicted, Py_ssize_t n, Pair* pairs, Pair* spare
) noexcept nogil:
    # Sorted by truth with predictions falling within equal truth, every strictly rising pair of predictions agrees.
    cdef long long tied = 0, comparable
    cdef Py_ssize_t i, run = 0
    for i in range(n):
        pairs[i].truth = truth[i]
        pairs[i].predicted = predicted[i]
    qsort(pairs, n, sizeof(Pair), _by_truth_then_falling_prediction)
    for i in range(1, n):
        run = run + 1 if pairs[i].truth == pairs[i - 1].truth else 0
        tied += run
    comparable = <long long> n * (n - 1) // 2 - tied
    if comparable <= 0:
        return NAN
    return <double> _rising_pairs(pairs, spare, n) / comparable


cdef long long _rising_pairs(Pair* pairs, Pair* spare, Py_ssize_t n) noexcept nogil:
    # Bottom-up merge sort by prediction; an element of the right half pairs with every smaller one of the left half.
    cdef long long rising = 0
    cdef Py_ssize_t length = 1, low, middle, high, left, right, out
    cdef Pair* swap
    while length < n:
        low = 0
        while low < n:
            middle = min(low + length, n)
            high = min(low + 2 * length, n)
            left = low
            right = middle
            for out in range(low, high):
                if right >= high or (left < middle and pairs[left].predicted < pairs[right].predicted):
                    spare[out] = pairs[left]
                    left += 1
                else:
                    spare[out] = pairs[right]
                    rising += left - low
                    right += 1
            low += 2 * length
        swap = pairs
        pairs = spare
        spare = swap
        length *= 2
    return rising
